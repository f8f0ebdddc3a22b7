package dev.bearhug.tasks.wrong;

/** Breaks a rule on purpose. */
public record UsesCuda(dev.bearhug.cuda.wrong.Device value) {}
