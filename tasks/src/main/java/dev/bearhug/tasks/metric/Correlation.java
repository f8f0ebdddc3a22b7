package dev.bearhug.tasks.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Correlation of two series: {@code pearson}, {@code spearman} (ties by average rank) and {@code
 * kendall} (tau-b).
 *
 * <p>All are {@code NaN} for fewer than two pairs, for a constant series and when a value is not
 * finite.
 */
public final class Correlation implements Metric<double[], double[]> {

  /** Creates the metric; it has no settings. */
  public Correlation() {}

  @Override
  public MetricValues compute(double[] references, double[] predictions) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("pearson", pearson(references, predictions));
    values.put("spearman", spearman(references, predictions));
    values.put("kendall", kendall(references, predictions));
    return new MetricValues(values);
  }

  /** Returns {@code cov(x, y) / (sd(x) sd(y))} in [-1, 1]. */
  public static double pearson(double[] x, double[] y) {
    if (undefined(x, y)) {
      return Double.NaN;
    }
    double[] a = unit(x);
    double[] b = unit(y);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return Math.max(-1, Math.min(1, sum));
  }

  /** Returns the Pearson correlation of the ranks (Spearman, 1904). */
  public static double spearman(double[] x, double[] y) {
    return undefined(x, y) ? Double.NaN : pearson(Ranks.average(x), Ranks.average(y));
  }

  /**
   * Returns tau-b: {@code (concordant - discordant) / sqrt((n0 - tiesX)(n0 - tiesY))}.
   *
   * <p>Discordant pairs are counted by a merge sort in {@code O(n log n)} (Knight, 1966).
   */
  public static double kendall(double[] x, double[] y) {
    if (undefined(x, y)) {
      return Double.NaN;
    }
    double[] rankX = Ranks.average(x);
    double[] rankY = Ranks.average(y);
    int n = x.length;
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(
                (a, b) -> {
                  int byX = Double.compare(rankX[a], rankX[b]);
                  return byX != 0 ? byX : Double.compare(rankY[a], rankY[b]);
                })
            .mapToInt(Integer::intValue)
            .toArray();
    long tiesBoth = 0;
    for (int start = 0; start < n; ) {
      int end = start + 1;
      while (end < n
          && rankX[order[end]] == rankX[order[start]]
          && rankY[order[end]] == rankY[order[start]]) {
        end++;
      }
      tiesBoth += pairs(end - start);
      start = end;
    }
    double[] sequence = Arrays.stream(order).mapToDouble(i -> rankY[i]).toArray();
    long discordant = sortCountingInversions(sequence, new double[n], 0, n);
    long all = pairs(n);
    long tiesX = ties(rankX);
    long tiesY = ties(rankY);
    long difference = all - tiesX - tiesY + tiesBoth - 2 * discordant;
    return difference / Math.sqrt((double) (all - tiesX)) / Math.sqrt((double) (all - tiesY));
  }

  private static long pairs(long n) {
    return n * (n - 1) / 2;
  }

  private static long ties(double[] ranks) {
    double[] sorted = ranks.clone();
    Arrays.sort(sorted);
    long ties = 0;
    for (int start = 0; start < sorted.length; ) {
      int end = start + 1;
      while (end < sorted.length && sorted[end] == sorted[start]) {
        end++;
      }
      ties += pairs(end - start);
      start = end;
    }
    return ties;
  }

  private static long sortCountingInversions(double[] a, double[] buffer, int from, int to) {
    if (to - from < 2) {
      return 0;
    }
    int middle = (from + to) >>> 1;
    long inversions =
        sortCountingInversions(a, buffer, from, middle)
            + sortCountingInversions(a, buffer, middle, to);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      if (right == to || (left < middle && a[left] <= a[right])) {
        buffer[i] = a[left++];
      } else {
        inversions += middle - left;
        buffer[i] = a[right++];
      }
    }
    System.arraycopy(buffer, from, a, from, to - from);
    return inversions;
  }

  private static boolean undefined(double[] x, double[] y) {
    Sizes.requireEqual("correlation", x.length, y.length);
    return x.length < 2 || constantOrNotFinite(x) || constantOrNotFinite(y);
  }

  private static boolean constantOrNotFinite(double[] values) {
    boolean constant = true;
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return true;
      }
      constant &= value == values[0];
    }
    return constant;
  }

  /** Centres a series and scales it to length 1; dividing by the largest entry avoids overflow. */
  private static double[] unit(double[] values) {
    double largest = Arrays.stream(values).map(Math::abs).max().orElse(1);
    double[] scaled = Arrays.stream(values).map(v -> v / largest).toArray();
    double mean = Arrays.stream(scaled).sum() / scaled.length;
    double square = 0;
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] -= mean;
      square += scaled[i] * scaled[i];
    }
    double norm = Math.sqrt(square);
    return Arrays.stream(scaled).map(v -> v / norm).toArray();
  }
}
