package dev.bearhug.tasks.wrong;

/** Breaks a rule on purpose. */
public record UsesInternalOfNn(dev.bearhug.nn.wrong.internal.Hidden value) {}
