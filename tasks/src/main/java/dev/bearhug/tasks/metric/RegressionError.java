package dev.bearhug.tasks.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Distance of predicted numbers from the true ones: {@code mse}, {@code rmse}, {@code mae}, {@code
 * r2}.
 *
 * <p>{@code r2 = 1 - sum (y - p)^2 / sum (y - mean(y))^2}; for constant references it is 1 if all
 * predictions are exact, else 0, and for fewer than two examples {@code NaN}. The other values are
 * {@code NaN} for no examples.
 */
public final class RegressionError implements Metric<double[], double[]> {

  /** Creates the metric; it has no settings. */
  public RegressionError() {}

  @Override
  public MetricValues compute(double[] references, double[] predictions) {
    Map<String, Double> values = new LinkedHashMap<>();
    double mse = meanSquaredError(references, predictions);
    values.put("mse", mse);
    values.put("rmse", Math.sqrt(mse));
    values.put("mae", meanAbsoluteError(references, predictions));
    values.put("r2", determination(references, predictions));
    return new MetricValues(values);
  }

  /** Returns the mean of {@code (y - p)^2}. */
  public static double meanSquaredError(double[] references, double[] predictions) {
    return squaredError(references, predictions) / references.length;
  }

  /** Returns the mean of {@code |y - p|}. */
  public static double meanAbsoluteError(double[] references, double[] predictions) {
    Sizes.requireEqual("regression error", references.length, predictions.length);
    double sum = 0;
    for (int i = 0; i < references.length; i++) {
      sum += Math.abs(references[i] - predictions[i]);
    }
    return sum / references.length;
  }

  /** Returns the coefficient of determination, at most 1. */
  public static double determination(double[] references, double[] predictions) {
    double error = squaredError(references, predictions);
    if (references.length < 2) {
      return Double.NaN;
    }
    double mean = Arrays.stream(references).sum() / references.length;
    double spread = Arrays.stream(references).map(y -> (y - mean) * (y - mean)).sum();
    if (spread == 0) {
      return error == 0 ? 1 : 0;
    }
    return 1 - error / spread;
  }

  private static double squaredError(double[] references, double[] predictions) {
    Sizes.requireEqual("regression error", references.length, predictions.length);
    double sum = 0;
    for (int i = 0; i < references.length; i++) {
      double difference = references[i] - predictions[i];
      sum += difference * difference;
    }
    return sum;
  }
}
