package dev.bearhug.tasks.metric;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Ranks of numbers. */
final class Ranks {

  private Ranks() {}

  /** Returns ranks from 1; equal values share the mean of their ranks. Values must not be NaN. */
  static double[] average(double[] values) {
    int[] order = order(values);
    double[] ranks = new double[values.length];
    for (int start = 0; start < order.length; ) {
      int end = start;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        end++;
      }
      for (int i = start; i < end; i++) {
        ranks[order[i]] = (start + 1 + end) / 2.0;
      }
      start = end;
    }
    return ranks;
  }

  /**
   * Returns the indices in ascending order of values; a stable sort that takes -0 and 0 as equal.
   */
  static int[] order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> values[i] + 0.0))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
