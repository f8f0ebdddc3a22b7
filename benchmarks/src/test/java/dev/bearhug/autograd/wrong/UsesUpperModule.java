package dev.bearhug.autograd.wrong;

/** Breaks a rule on purpose. */
public record UsesUpperModule(dev.bearhug.nn.wrong.internal.Hidden value) {}
