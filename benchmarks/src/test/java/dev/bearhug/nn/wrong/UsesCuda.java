package dev.bearhug.nn.wrong;

/** Breaks a rule on purpose. */
public record UsesCuda(dev.bearhug.cuda.wrong.Device value) {}
