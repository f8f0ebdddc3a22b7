package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.RmsNormOp;
import java.util.function.LongConsumer;

/** Softmax and normalisation over the last axis in single precision. */
final class NormBindings {

  private final CpuResources cpu;
  private final SoftmaxKernels softmax;
  private final NormKernels norm;

  private NormBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.softmax = cpu.kernels().softmax();
    this.norm = cpu.kernels().norm();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    NormBindings b = new NormBindings(cpu);
    table.add("softmax", b::softmax, FloatSpan.TYPES);
    table.add("softmax_grad", b::softmaxGrad, FloatSpan.TYPES);
    table.add("log_softmax", b::logSoftmax, FloatSpan.TYPES);
    table.add("log_softmax_grad", b::logSoftmaxGrad, FloatSpan.TYPES);
    table.add("layer_norm", b::layerNorm, DType.F32);
    table.add("layer_norm_grad", b::layerNormGrad, DType.F32);
    table.add("rms_norm", b::rmsNorm, DType.F32);
    table.add("rms_norm_grad", b::rmsNormGrad, DType.F32);
  }

  private static long rows(Tensor t) {
    return t.numel() == 0 ? 0 : t.numel() / t.dim(-1);
  }

  /** A kernel over rows of one input; y may be x. */
  @FunctionalInterface
  private interface Rows {
    void run(long x, long y, long rows, long cols);
  }

  /** A kernel over rows of two inputs; gx may be either. */
  @FunctionalInterface
  private interface GradRows {
    void run(long gy, long y, long gx, long rows, long cols);
  }

  private void eachRow(KernelCall c, Rows kernel) {
    FloatSpan x = FloatSpan.of(cpu, c.in(0));
    FloatSpan y = FloatSpan.of(cpu, c.out(0));
    long cols = c.in(0).dim(-1);
    FloatTiles.rows(
        cpu,
        x.inPlace(),
        1,
        rows(c.in(0)),
        cols,
        (first, rows, buffer, step) -> {
          long n = rows * cols;
          long to = y.at(first * cols, buffer);
          kernel.run(x.read(first * cols, n, buffer), to, rows, cols);
          y.write(first * cols, n, to);
        });
  }

  private void eachRowPair(KernelCall c, GradRows kernel) {
    FloatSpan gy = FloatSpan.of(cpu, c.in(0));
    FloatSpan y = FloatSpan.of(cpu, c.in(1));
    FloatSpan gx = FloatSpan.of(cpu, c.out(0));
    long cols = c.in(0).dim(-1);
    FloatTiles.rows(
        cpu,
        gy.inPlace(),
        2,
        rows(c.in(0)),
        cols,
        (first, rows, buffer, step) -> {
          long at = first * cols;
          long n = rows * cols;
          long to = gx.at(at, buffer);
          long second = y.read(at, n, buffer + step);
          kernel.run(gy.read(at, n, buffer), second, to, rows, cols);
          gx.write(at, n, to);
        });
  }

  private void softmax(KernelCall c) {
    eachRow(
        c,
        (x, y, rows, cols) -> softmax.softmaxRows(x, 1f, SoftmaxKernels.NO_MASK, 0, y, rows, cols));
  }

  private void softmaxGrad(KernelCall c) {
    eachRowPair(c, (gy, y, gx, rows, cols) -> softmax.softmaxGradRows(y, gy, 1f, gx, rows, cols));
  }

  private void logSoftmax(KernelCall c) {
    eachRow(c, softmax::logSoftmaxRows);
  }

  private void logSoftmaxGrad(KernelCall c) {
    eachRowPair(c, (gy, y, gx, rows, cols) -> softmax.logSoftmaxGradRows(y, gy, gx, rows, cols));
  }

  /** Address of an optional input, 0 if it is absent. */
  private static long optional(Tensor t) {
    return t == null ? 0 : t.address();
  }

  private static long product(Tensor t, int axes) {
    long n = 1;
    for (int a = -axes; a < 0; a++) {
      n *= t.dim(a);
    }
    return n;
  }

  private void layerNorm(KernelCall c) {
    LayerNormOp.Attrs a = c.attrs();
    long x = c.in(0).address();
    long weight = optional(c.in(1));
    long bias = optional(c.in(2));
    long y = c.out(0).address();
    long mean = c.out(1).address();
    long rstd = c.out(2).address();
    long cols = product(c.in(0), a.axes());
    if (cols == 0) {
      // The mean of no elements is not a number.
      cpu.kernels().map().fill(Float.NaN, mean, c.out(1).numel());
      cpu.kernels().map().fill(Float.NaN, rstd, c.out(2).numel());
      return;
    }
    cpu.rows(
        c.out(1).numel(),
        cols,
        (from, to) ->
            norm.layerNormRows(
                x + 4 * from * cols,
                weight,
                bias,
                y + 4 * from * cols,
                mean + 4 * from,
                rstd + 4 * from,
                to - from,
                cols,
                a.eps()));
  }

  private void layerNormGrad(KernelCall c) {
    long gy = c.in(0).address();
    long x = c.in(1).address();
    long mean = c.in(2).address();
    long rstd = c.in(3).address();
    long weight = optional(c.in(4));
    long gx = c.out(0).address();
    long cols = c.out(1).numel();
    // Both sums over rows lie side by side: gweight, then gbias.
    try (Scratch sums = new Scratch(8 * cols)) {
      new ColumnSums(cpu, c.in(1).numel() == 0 ? 0 : c.in(2).numel(), 2 * cols)
          .run(
              sums.address(),
              (first, count, part) -> {
                long at = 4 * first * cols;
                norm.layerNormGradRows(
                    gy + at,
                    x + at,
                    mean + 4 * first,
                    rstd + 4 * first,
                    weight,
                    gx + at,
                    part,
                    part + 4 * cols,
                    count,
                    cols);
              });
      NativeMemory.copy(sums.address(), c.out(1).address(), 4 * cols);
      NativeMemory.copy(sums.address() + 4 * cols, c.out(2).address(), 4 * cols);
    }
  }

  /** Calls a kernel with the address of the factor: the weight, one more than it, or 0 for none. */
  private void withFactor(Tensor weight, boolean unitOffset, LongConsumer kernel) {
    if (weight == null || !unitOffset) {
      kernel.accept(optional(weight));
      return;
    }
    try (Scratch factor = new Scratch(4 * weight.numel())) {
      for (long i = 0; i < 4 * weight.numel(); i += 4) {
        NativeMemory.putFloat(
            factor.address() + i, 1 + NativeMemory.getFloat(weight.address() + i));
      }
      kernel.accept(factor.address());
    }
  }

  private void rmsNorm(KernelCall c) {
    RmsNormOp.Attrs a = c.attrs();
    long x = c.in(0).address();
    long y = c.out(0).address();
    long rstd = c.out(1).address();
    long cols = c.in(0).dim(-1);
    if (cols == 0) {
      cpu.kernels().map().fill(Float.NaN, rstd, c.out(1).numel());
      return;
    }
    withFactor(
        c.in(1),
        a.unitOffset(),
        factor ->
            cpu.rows(
                rows(c.in(0)),
                cols,
                (from, to) -> {
                  long at = 4 * from * cols;
                  norm.rmsNormRows(
                      x + at, factor, y + at, rstd + 4 * from, to - from, cols, a.eps());
                }));
  }

  private void rmsNormGrad(KernelCall c) {
    long gy = c.in(0).address();
    long x = c.in(1).address();
    long rstd = c.in(2).address();
    long gx = c.out(0).address();
    long cols = c.in(1).dim(-1);
    long rows = rows(c.in(1));
    withFactor(
        c.in(3),
        c.<Boolean>attrs(),
        factor ->
            new ColumnSums(cpu, rows, cols)
                .run(
                    c.out(1).address(),
                    (first, count, part) -> {
                      long at = 4 * first * cols;
                      norm.rmsNormGradRows(
                          gy + at, x + at, rstd + 4 * first, factor, gx + at, part, count, cols);
                    }));
  }
}
