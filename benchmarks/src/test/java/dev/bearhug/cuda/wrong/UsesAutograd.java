package dev.bearhug.cuda.wrong;

/** Breaks a rule on purpose. */
public record UsesAutograd(dev.bearhug.autograd.wrong.Tape value) {}
