package dev.bearhug.tasks.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Share of correct class predictions: {@code accuracy} and {@code balanced_accuracy}.
 *
 * <p>Balanced accuracy is the mean recall over the classes that occur in the references. Both are
 * {@code NaN} for no examples.
 */
public final class Accuracy implements Metric<int[], int[]> {

  /** Creates the metric; it has no settings. */
  public Accuracy() {}

  @Override
  public MetricValues compute(int[] references, int[] predictions) {
    ConfusionMatrix matrix = ConfusionMatrix.ofObserved(references, predictions);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("accuracy", accuracy(matrix));
    values.put("balanced_accuracy", balancedAccuracy(matrix));
    return new MetricValues(values);
  }

  /** Returns {@code correct / total}, or {@code NaN} for an empty matrix. */
  public static double accuracy(ConfusionMatrix matrix) {
    return (double) matrix.correct() / matrix.total();
  }

  /** Returns the mean recall of the classes with support, or {@code NaN} for an empty matrix. */
  public static double balancedAccuracy(ConfusionMatrix matrix) {
    double sum = 0;
    int classes = 0;
    for (int i = 0; i < matrix.size(); i++) {
      long support = matrix.support(i);
      if (support > 0) {
        sum += (double) matrix.count(i, i) / support;
        classes++;
      }
    }
    return sum / classes;
  }
}
