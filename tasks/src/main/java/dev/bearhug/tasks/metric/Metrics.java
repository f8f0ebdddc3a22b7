package dev.bearhug.tasks.metric;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The standard set of metrics for each form of label. */
public final class Metrics {

  private static final Set<String> SMALLER_IS_BETTER =
      Set.of("loss", "mse", "rmse", "mae", "hamming_loss");

  private Metrics() {}

  /**
   * Returns the metrics for one class per example.
   *
   * @param classCount number of classes; with two, class 1 is the positive one
   */
  public static List<Metric<int[], int[]>> singleLabel(int classCount) {
    return List.of(new Accuracy(), classCount == 2 ? F1.binary(1) : F1.averaged(), new Agreement());
  }

  /** Returns the metrics for a set of labels per example. */
  public static List<Metric<boolean[][], boolean[][]>> multiLabel() {
    return List.of(new MultiLabel());
  }

  /** Returns the metrics for a number per example. */
  public static List<Metric<double[], double[]>> regression() {
    return List.of(new Correlation(), new RegressionError());
  }

  /**
   * Computes several metrics on the same predictions.
   *
   * @throws IllegalArgumentException when two metrics share a name
   */
  public static <R, P> MetricValues compute(
      List<? extends Metric<? super R, ? super P>> metrics, R references, P predictions) {
    MetricValues all = new MetricValues(Map.of());
    for (Metric<? super R, ? super P> metric : metrics) {
      all = all.and(metric.compute(references, predictions));
    }
    return all;
  }

  /**
   * Says whether a larger value of a metric is the better one; losses and errors are the others.
   */
  public static boolean greaterIsBetter(String name) {
    return !SMALLER_IS_BETTER.contains(name);
  }

  /**
   * Says whether a candidate beats the best value so far; an undefined value never does, and every
   * defined one beats an undefined best.
   */
  public static boolean isImprovement(String name, double candidate, double best) {
    if (Double.isNaN(candidate)) {
      return false;
    }
    return Double.isNaN(best) || (greaterIsBetter(name) ? candidate > best : candidate < best);
  }
}
