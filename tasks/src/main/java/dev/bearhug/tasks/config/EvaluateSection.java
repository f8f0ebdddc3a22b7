package dev.bearhug.tasks.config;

/**
 * How a model is evaluated.
 *
 * @param batchSize examples of one forward pass; scores do not depend on it
 */
public record EvaluateSection(int batchSize) {

  /** Checks the value. */
  public EvaluateSection {
    Rules.atLeast(1, "evaluate.batchSize", batchSize);
  }
}
