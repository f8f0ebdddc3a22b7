package dev.bearhug.cuda.wrong;

/** What only benchmarks may compile against. */
public final class Device {}
