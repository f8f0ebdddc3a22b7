package dev.bearhug.benchmarks.compare;

import java.util.Arrays;

/**
 * Summary of the times of one side, in milliseconds of one call.
 *
 * @param median the middle one
 * @param min the shortest
 * @param max the longest
 * @param samples number of times
 */
public record Times(double median, double min, double max, int samples) {

  /** Summarises times. */
  static Times of(double[] millis) {
    if (millis.length == 0) {
      throw new IllegalArgumentException("benchmark: there are no times to summarise.");
    }
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Times(median, sorted[0], sorted[n - 1], n);
  }
}
