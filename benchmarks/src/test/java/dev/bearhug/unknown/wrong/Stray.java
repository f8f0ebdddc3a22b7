package dev.bearhug.unknown.wrong;

/** A class of a module that does not exist. */
public final class Stray {}
