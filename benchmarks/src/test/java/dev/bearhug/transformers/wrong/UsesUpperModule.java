package dev.bearhug.transformers.wrong;

/** Breaks a rule on purpose. */
public record UsesUpperModule(dev.bearhug.tasks.wrong.Top value) {}
