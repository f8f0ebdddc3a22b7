package dev.bearhug.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** The best that was measured on this machine in the same run. */
final class Ceilings {

  /**
   * One of them.
   *
   * @param which what ran
   * @param threads threads it ran on
   * @param times its times
   */
  record Ceiling(Case which, int threads, Times times) {

    /** Matrix products: 10^9 operations per second; copying: 10^9 bytes per second. */
    double rate() {
      Work work = which.work();
      return (work.flops() > 0 ? work.flops() : work.bytes()) / (1e6 * times.min());
    }

    private boolean isFor(String dtype, int wanted) {
      return which.dtype().equals(dtype) && threads == wanted;
    }
  }

  private final List<Ceiling> all = new ArrayList<>();

  /** Adds a measurement; of several of the same kind the shortest time counts. */
  void add(Case which, int threads, Times times) {
    for (int i = 0; i < all.size(); i++) {
      Ceiling c = all.get(i);
      if (c.isFor(which.dtype(), threads)) {
        if (times.min() < c.times().min()) {
          all.set(i, new Ceiling(which, threads, times));
        }
        return;
      }
    }
    all.add(new Ceiling(which, threads, times));
  }

  /** All, in the order they came. */
  List<Ceiling> all() {
    return List.copyOf(all);
  }

  /**
   * Shortest possible time of a call in milliseconds, 0 if it neither computes nor moves anything.
   *
   * @throws IllegalStateException if a rate it depends on was not measured
   */
  double limitMillis(Case which, int threads) {
    Work work = which.work();
    double products = work.flops() == 0 ? 0 : work.flops() / (1e6 * rate(which.dtype(), threads));
    double traffic =
        work.bytes() == 0 ? 0 : work.bytes() / (1e6 * rate(Cases.COPY_CEILING.dtype(), threads));
    return Math.max(products, traffic);
  }

  private double rate(String dtype, int threads) {
    return all.stream()
        .filter(c -> c.isFor(dtype, threads))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "benchmark: no ceiling of " + dtype + " on " + threads + " threads."))
        .rate();
  }
}
