package dev.bearhug.tasks.config;

/** The optimizers of the trainer. */
public enum OptimizerKind {
  /** Adam with decoupled weight decay. */
  ADAMW,
  /** Stochastic gradient descent, with or without momentum. */
  SGD
}
