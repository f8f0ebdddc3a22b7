package dev.bearhug.tasks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A curve over steps without the values that cannot be drawn.
 *
 * @param xs steps
 * @param ys values, as many, all finite and at most 1e9 in size
 * @param leftOut values that were not so
 */
record Points(double[] xs, double[] ys, int leftOut) {
  /** More points than this are not told apart at the width of a plot. */
  private static final int MAX_POINTS = 2_400;

  /** The chart library's search for tick values does not end on far larger ranges. */
  private static final double LARGEST = 1e9;

  /** Takes one figure out of all entries of a kind. */
  static Points of(List<MetricsEntry> entries, MetricsEntry.Kind kind, String name) {
    List<double[]> points = new ArrayList<>();
    int leftOut = 0;
    for (MetricsEntry entry : entries) {
      OptionalDouble value = entry.figure(name);
      if (entry.kind() == kind && value.isPresent()) {
        if (Math.abs(value.getAsDouble()) <= LARGEST) {
          points.add(new double[] {entry.step(), value.getAsDouble()});
        } else {
          leftOut++;
        }
      }
    }
    return new Points(
        points.stream().mapToDouble(p -> p[0]).toArray(),
        points.stream().mapToDouble(p -> p[1]).toArray(),
        leftOut);
  }

  int size() {
    return xs.length;
  }

  /** Multiplies the values. */
  Points times(double factor) {
    return new Points(xs, Arrays.stream(ys).map(y -> y * factor).toArray(), leftOut);
  }

  /**
   * Smooths by the mean of {@code 2 reach + 1} values around each, fewer but as many on both sides
   * near the ends; unlike an exponential mean it does not lag behind.
   */
  Points smoothed(int reach) {
    double[] sums = new double[size() + 1];
    for (int i = 0; i < size(); i++) {
      sums[i + 1] = sums[i] + ys[i];
    }
    double[] smooth = new double[size()];
    for (int i = 0; i < size(); i++) {
      int r = Math.min(reach, Math.min(i, size() - 1 - i));
      smooth[i] = (sums[i + r + 1] - sums[i - r]) / (2 * r + 1);
    }
    return new Points(xs, smooth, leftOut);
  }

  /** Keeps the smallest and the largest value of each of many stretches, so that peaks remain. */
  Points thinned() {
    if (size() <= MAX_POINTS) {
      return this;
    }
    int stretches = MAX_POINTS / 2;
    List<Integer> kept = new ArrayList<>();
    for (int s = 0; s < stretches; s++) {
      int from = (int) ((long) size() * s / stretches);
      int to = (int) ((long) size() * (s + 1) / stretches);
      int low = from;
      int high = from;
      for (int i = from; i < to; i++) {
        low = ys[i] < ys[low] ? i : low;
        high = ys[i] > ys[high] ? i : high;
      }
      kept.add(Math.min(low, high));
      if (low != high) {
        kept.add(Math.max(low, high));
      }
    }
    return new Points(
        kept.stream().mapToDouble(i -> xs[i]).toArray(),
        kept.stream().mapToDouble(i -> ys[i]).toArray(),
        leftOut);
  }

  /** Returns the position of the largest or smallest value, the earliest of equals. */
  int best(boolean higherIsBetter) {
    int best = 0;
    for (int i = 1; i < size(); i++) {
      if (higherIsBetter ? ys[i] > ys[best] : ys[i] < ys[best]) {
        best = i;
      }
    }
    return best;
  }
}
