package dev.bearhug.benchmarks.wrong;

/** Breaks a rule on purpose. */
public record UsesStray(dev.bearhug.unknown.wrong.Stray value) {}
