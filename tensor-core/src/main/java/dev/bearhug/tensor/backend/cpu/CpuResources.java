package dev.bearhug.tensor.backend.cpu;

/**
 * What the kernels of the CPU backend work with, and how they split loops: pieces depend on sizes
 * alone, so results do not depend on the number of threads.
 *
 * @param kernels element and row kernels
 * @param gemm matrix products
 * @param pool the threads
 */
record CpuResources(FloatKernels kernels, Gemm gemm, WorkerPool pool) {

  /** Elements per piece of a loop: below this, waking a thread costs more than it saves. */
  static final long GRAIN = 1 << 15;

  /** The resources of this process. */
  static CpuResources shared() {
    return new CpuResources(
        VectorSupport.kernels(), GemmSelector.shared().gemm(), WorkerPool.shared());
  }

  /** Rows of {@code cols} elements that make one piece. */
  static long rowGrain(long cols) {
    return Math.max(1, GRAIN / Math.max(1, cols));
  }

  /** Runs a loop over {@code n} elements. */
  void elements(long n, WorkerPool.RangeTask task) {
    if (n <= GRAIN) {
      task.run(0, n);
    } else {
      pool.parallelFor(n, GRAIN, task);
    }
  }

  /** Runs a loop over rows of {@code cols} elements. */
  void rows(long rows, long cols, WorkerPool.RangeTask task) {
    if (rows > 0) {
      pool.parallelFor(rows, rowGrain(cols), task);
    }
  }

  /** The sum of a range's parts. */
  @FunctionalInterface
  interface PartialSum {

    /** The sum over the elements {@code [from, to)}. */
    double of(long from, long to);
  }

  /** A sum over {@code n} elements: parts on several threads, added in their order. */
  double total(long n, PartialSum part) {
    if (n <= GRAIN) {
      return part.of(0, n);
    }
    double[] parts = new double[Math.toIntExact((n - 1) / GRAIN + 1)];
    pool.parallelFor(n, GRAIN, (from, to) -> parts[(int) (from / GRAIN)] = part.of(from, to));
    double sum = 0;
    for (double p : parts) {
      sum += p;
    }
    return sum;
  }
}
