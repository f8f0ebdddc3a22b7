package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AmaxOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.NormOp;
import dev.bearhug.tensor.op.std.TruthReductionOp;
import dev.bearhug.tensor.op.std.VarOp;

/** Reductions over any axes that work on one dense row per result. */
final class RowReductionBindings {

  /** Elements that an intermediate result is kept of, small enough for the L1 cache. */
  private static final long CHUNK = 2048;

  /** A number from a dense row of floats. */
  @FunctionalInterface
  private interface RowFunction {

    /** The number for {@code n} elements at an address. */
    double of(long row, long n);
  }

  private final CpuResources cpu;
  private final ReduceKernels reduce;
  private final MapKernels map;

  private RowReductionBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.reduce = cpu.kernels().reduce();
    this.map = cpu.kernels().map();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    RowReductionBindings b = new RowReductionBindings(cpu);
    table.add("amax", c -> b.extremum(c, AmaxOp.MAX), DType.F32);
    table.add("amin", c -> b.extremum(c, AmaxOp.MIN), DType.F32);
    table.add("prod", c -> b.eachRow(c, c.attrs(), RowReductionBindings::product), DType.F32);
    table.add("logsumexp", c -> b.eachRow(c, c.attrs(), b::logSumExp), DType.F32);
    table.add("var", c -> b.variance(c, VarOp.VAR), DType.F32);
    table.add("std", c -> b.variance(c, VarOp.STD), DType.F32);
    table.add("norm", b::norm, DType.F32);
    table.add("any", c -> b.truth(c, TruthReductionOp.ANY.decisive()), DType.BOOL);
    table.add("all", c -> b.truth(c, TruthReductionOp.ALL.decisive()), DType.BOOL);
  }

  private void eachRow(KernelCall c, Axes axes, RowFunction f) {
    long y = c.out(0).address();
    try (ReducedRows x = new ReducedRows(cpu.pool(), c.in(0), axes)) {
      cpu.rows(
          x.rows(),
          x.cols(),
          (from, to) -> {
            for (long r = from; r < to; r++) {
              putFloat(y + 4 * r, (float) f.of(x.row(r, 4), x.cols()));
            }
          });
    }
  }

  // ---------------------------------------------------------------- extrema

  private void extremum(KernelCall c, AmaxOp op) {
    Axes axes = c.attrs();
    if (axes.count(c.in(0).shape()) <= CpuResources.GRAIN || c.out(0).numel() > 1) {
      eachRow(c, axes, op.isSmallest() ? reduce::min : reduce::max);
      return;
    }
    // One long row is cut in pieces, so that more than one thread has work.
    long x = c.in(0).address();
    long n = c.in(0).numel();
    long pieces = (n - 1) / CpuResources.GRAIN + 1;
    try (Scratch parts = new Scratch(4 * pieces)) {
      cpu.elements(
          n,
          (from, to) ->
              putFloat(
                  parts.address() + 4 * (from / CpuResources.GRAIN),
                  extremum(op, x + 4 * from, to - from)));
      putFloat(c.out(0).address(), extremum(op, parts.address(), pieces));
    }
  }

  private float extremum(AmaxOp op, long x, long n) {
    return op.isSmallest() ? reduce.min(x, n) : reduce.max(x, n);
  }

  // ---------------------------------------------------------------- sums and products

  private static double product(long x, long n) {
    double p = 1;
    for (long i = 0; i < n; i++) {
      p *= getFloat(x + 4 * i);
    }
    return p;
  }

  private double logSumExp(long x, long n) {
    float max = n == 0 ? Float.NEGATIVE_INFINITY : reduce.max(x, n);
    if (Float.isNaN(max) || Float.isInfinite(max)) {
      return max;
    }
    double sum = 0;
    try (Scratch e = new Scratch(4 * Math.min(n, CHUNK))) {
      for (long at = 0; at < n; at += CHUNK) {
        long size = Math.min(CHUNK, n - at);
        map.binaryScalar(BinaryOp.SUB, x + 4 * at, max, e.address(), size);
        map.map(MapOp.EXP, e.address(), e.address(), size);
        sum += reduce.sum(e.address(), size);
      }
    }
    return max + Math.log(sum);
  }

  private void variance(KernelCall c, VarOp op) {
    VarOp.Attrs a = c.attrs();
    double divisor = a.divisor(c.in(0).shape());
    eachRow(
        c,
        a.axes(),
        (x, n) -> {
          double variance = squaredDeviations(x, n) / divisor;
          return op.isRoot() ? Math.sqrt(variance) : variance;
        });
  }

  private double squaredDeviations(long x, long n) {
    if (n == 0) {
      return 0;
    }
    // Taking off the first value makes the mean of equal values exact, hence their variance zero.
    float first = getFloat(x);
    double mean = first + shiftedSum(x, n, first, false) / n;
    float centre = (float) mean;
    // The centre is the mean rounded; this takes off what that adds.
    double lost = mean - centre;
    return Math.max(0, shiftedSum(x, n, centre, true) - n * lost * lost);
  }

  /** The sum of {@code x - shift} or of its squares. */
  private double shiftedSum(long x, long n, float shift, boolean squares) {
    double sum = 0;
    try (Scratch d = new Scratch(4 * Math.min(n, CHUNK))) {
      for (long at = 0; at < n; at += CHUNK) {
        long size = Math.min(CHUNK, n - at);
        map.binaryScalar(BinaryOp.SUB, x + 4 * at, shift, d.address(), size);
        sum += squares ? reduce.sumOfSquares(d.address(), size) : reduce.sum(d.address(), size);
      }
    }
    return sum;
  }

  private void norm(KernelCall c) {
    NormOp.Attrs a = c.attrs();
    double p = a.p();
    RowFunction f;
    if (p == 2) {
      if (c.out(0).numel() == 1) {
        long x = c.in(0).address();
        double squares =
            cpu.total(c.in(0).numel(), (from, to) -> reduce.sumOfSquares(x + 4 * from, to - from));
        putFloat(c.out(0).address(), (float) Math.sqrt(squares));
        return;
      }
      f = (x, n) -> Math.sqrt(reduce.sumOfSquares(x, n));
    } else if (p == 1) {
      f = this::sumOfMagnitudes;
    } else if (Double.isInfinite(p)) {
      f = p > 0 ? this::largestMagnitude : this::smallestMagnitude;
    } else {
      f = (x, n) -> powerNorm(x, n, p);
    }
    eachRow(c, a.axes(), f);
  }

  private double sumOfMagnitudes(long x, long n) {
    double sum = 0;
    try (Scratch m = new Scratch(4 * Math.min(n, CHUNK))) {
      for (long at = 0; at < n; at += CHUNK) {
        long size = Math.min(CHUNK, n - at);
        map.map(MapOp.ABS, x + 4 * at, m.address(), size);
        sum += reduce.sum(m.address(), size);
      }
    }
    return sum;
  }

  private double largestMagnitude(long x, long n) {
    return Math.max(Math.abs(reduce.max(x, n)), Math.abs(reduce.min(x, n)));
  }

  private double smallestMagnitude(long x, long n) {
    double smallest = Double.POSITIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      smallest = Math.min(smallest, Math.abs(getFloat(x + 4 * i)));
    }
    return smallest;
  }

  private static double powerNorm(long x, long n, double p) {
    double sum = 0;
    for (long i = 0; i < n; i++) {
      float v = getFloat(x + 4 * i);
      sum += p == 0 ? (v != 0 ? 1 : 0) : Math.pow(Math.abs(v), p);
    }
    return p == 0 ? sum : Math.pow(sum, 1 / p);
  }

  // ---------------------------------------------------------------- truth values

  private void truth(KernelCall c, boolean decisive) {
    long y = c.out(0).address();
    try (ReducedRows x = new ReducedRows(cpu.pool(), c.in(0), c.attrs())) {
      cpu.rows(
          x.rows(),
          x.cols(),
          (from, to) -> {
            for (long r = from; r < to; r++) {
              boolean met = holds(x.row(r, 1), x.cols(), decisive);
              putByte(y + r, (byte) (met == decisive ? 1 : 0));
            }
          });
    }
  }

  /** Whether a row holds a value. */
  private static boolean holds(long x, long n, boolean value) {
    for (long i = 0; i < n; i++) {
      if (getByte(x + i) != 0 == value) {
        return true;
      }
    }
    return false;
  }
}
