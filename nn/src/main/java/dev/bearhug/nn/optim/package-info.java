/**
 * Optimizers and learning-rate schedules.
 *
 * <p>For everybody who trains: the trainer of {@code dev.bearhug.nn.train}, the task layer, and
 * programs with a training loop of their own.
 */
package dev.bearhug.nn.optim;
