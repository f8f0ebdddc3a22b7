package dev.bearhug.autograd.wrong;

/** What a kernel module must not use. */
public final class Tape {}
