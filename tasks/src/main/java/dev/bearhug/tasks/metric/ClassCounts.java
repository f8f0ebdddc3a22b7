package dev.bearhug.tasks.metric;

import java.util.Arrays;

/**
 * Counts per class (or per sample) from which every average of precision, recall and F1 follows.
 *
 * <p>The averages repeat scikit-learn's {@code precision_recall_fscore_support}, also in what it
 * does with empty denominators.
 */
record ClassCounts(long[] truePositives, long[] predicted, long[] actual) {

  static ClassCounts of(ConfusionMatrix matrix) {
    int n = matrix.size();
    ClassCounts counts = new ClassCounts(new long[n], new long[n], new long[n]);
    for (int i = 0; i < n; i++) {
      counts.truePositives[i] = matrix.count(i, i);
      counts.predicted[i] = matrix.predicted(i);
      counts.actual[i] = matrix.support(i);
    }
    return counts;
  }

  int size() {
    return actual.length;
  }

  PrecisionRecall get(int index, ZeroDivision zero) {
    return PrecisionRecall.of(truePositives[index], predicted[index], actual[index], zero);
  }

  /** Ratios of the summed counts. */
  PrecisionRecall micro(ZeroDivision zero) {
    return PrecisionRecall.of(sum(truePositives), sum(predicted), sum(actual), zero);
  }

  /** Plain mean of the ratios, {@code NaN} without classes. */
  PrecisionRecall mean(ZeroDivision zero) {
    double[] weights = new double[size()];
    Arrays.fill(weights, 1);
    return average(weights, size(), zero);
  }

  /** Mean weighted with the number of actual positives. */
  PrecisionRecall weighted(ZeroDivision zero) {
    long total = sum(actual);
    if (total == 0) {
      boolean nothingPredicted = sum(predicted) == 0;
      double other = nothingPredicted ? zero.value() : 0;
      return new PrecisionRecall(other, zero.value(), other);
    }
    return average(Arrays.stream(actual).asDoubleStream().toArray(), total, zero);
  }

  private PrecisionRecall average(double[] weights, double total, ZeroDivision zero) {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    for (int i = 0; i < weights.length; i++) {
      PrecisionRecall one = get(i, zero);
      precision += weights[i] * one.precision();
      recall += weights[i] * one.recall();
      f1 += weights[i] * one.f1();
    }
    return new PrecisionRecall(precision / total, recall / total, f1 / total);
  }

  private static long sum(long[] values) {
    return Arrays.stream(values).sum();
  }
}
