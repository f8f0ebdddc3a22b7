package dev.bearhug.tasks.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Agreement corrected for chance: {@code mcc} (Matthews, for any number of classes) and {@code
 * cohen_kappa}.
 *
 * <p>With {@code s} examples, {@code c} correct, {@code t_k} true and {@code p_k} predicted
 * examples of class k: {@code mcc = (c s - sum t_k p_k) / sqrt((s^2 - sum p_k^2)(s^2 - sum
 * t_k^2))}, 0 when references or predictions hold a single class (Gorodkin, 2004). {@code kappa =
 * (po - pe) / (1 - pe)}, {@code NaN} when {@code pe = 1} (Cohen, 1960).
 */
public final class Agreement implements Metric<int[], int[]> {

  /** Creates the metric; it has no settings. */
  public Agreement() {}

  @Override
  public MetricValues compute(int[] references, int[] predictions) {
    ConfusionMatrix matrix = ConfusionMatrix.ofObserved(references, predictions);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("mcc", matthews(matrix));
    values.put("cohen_kappa", cohenKappa(matrix));
    return new MetricValues(values);
  }

  /** Returns the correlation coefficient of Matthews in [-1, 1]. */
  public static double matthews(ConfusionMatrix matrix) {
    double total = matrix.total();
    double both = 0;
    double predicted = 0;
    double actual = 0;
    for (int i = 0; i < matrix.size(); i++) {
      double p = matrix.predicted(i);
      double t = matrix.support(i);
      both += t * p;
      predicted += p * p;
      actual += t * t;
    }
    double square = (total * total - predicted) * (total * total - actual);
    return square == 0 ? 0 : (matrix.correct() * total - both) / Math.sqrt(square);
  }

  /** Returns the kappa of Cohen, or {@code NaN} when chance alone explains full agreement. */
  public static double cohenKappa(ConfusionMatrix matrix) {
    double total = matrix.total();
    double expected = 0;
    for (int i = 0; i < matrix.size(); i++) {
      expected += (double) matrix.support(i) * matrix.predicted(i);
    }
    double possible = total * total - expected;
    return possible == 0 ? Double.NaN : (matrix.correct() * total - expected) / possible;
  }
}
