package dev.bearhug.nn.wrong.internal;

/** What other modules must not use. */
public final class Hidden {}
