package dev.bearhug.tasks.metric;

import java.util.Map;

/**
 * Precision, recall and their harmonic mean.
 *
 * @param precision true positives / predicted positives
 * @param recall true positives / actual positives
 * @param f1 {@code 2 p r / (p + r)}, 0 when both are 0
 */
public record PrecisionRecall(double precision, double recall, double f1) {

  /**
   * Computes the three values from counts.
   *
   * @param truePositives positives that were predicted as such
   * @param predicted all predicted positives
   * @param actual all actual positives
   * @param zeroDivision the value of a ratio with denominator 0
   */
  public static PrecisionRecall of(
      long truePositives, long predicted, long actual, ZeroDivision zeroDivision) {
    double p = predicted == 0 ? zeroDivision.value() : (double) truePositives / predicted;
    double r = actual == 0 ? zeroDivision.value() : (double) truePositives / actual;
    return new PrecisionRecall(p, r, p + r == 0 ? 0 : 2 * p * r / (p + r));
  }

  /** Adds the three values to a map under {@code <prefix>precision} and so on. */
  void putInto(Map<String, Double> values, String prefix) {
    values.put(prefix + "precision", precision);
    values.put(prefix + "recall", recall);
    values.put(prefix + "f1", f1);
  }
}
