package dev.bearhug.tasks.metric;

/**
 * One family of evaluation measures: a pure function from references and predictions to named
 * values.
 *
 * @param <R> the form of the references, an array whose first axis is the example
 * @param <P> the form of the predictions, an array whose first axis is the example
 */
public interface Metric<R, P> {

  /**
   * Computes all values of this family.
   *
   * @param references the true values, {@code [examples]} or {@code [examples, labels]}
   * @param predictions the predicted values, with as many examples as the references
   * @return the values by name; undefined ones are {@code NaN}
   * @throws IllegalArgumentException when the sizes of the two arrays differ
   */
  MetricValues compute(R references, P predictions);
}
