package dev.bearhug.tasks.evaluator;

import java.util.List;

/**
 * Judges the outputs of a model on a whole split.
 *
 * @param <F> type of an example as a model reads it
 */
public interface Evaluator<F> {

  /**
   * Computes predictions, and metrics where all examples have labels.
   *
   * @param features the examples
   * @param outputs the model's outputs for each example, in the same order
   */
  Evaluation evaluate(List<F> features, List<float[]> outputs);
}
