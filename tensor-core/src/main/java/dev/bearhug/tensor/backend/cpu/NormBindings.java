package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.LayerNormOp;

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

  private void layerNorm(KernelCall c) {
    double eps = c.<LayerNormOp.Attrs>attrs().eps();
    long x = c.in(0).address();
    long weight = c.in(1).address();
    long bias = c.in(2).address();
    long y = c.out(0).address();
    long mean = c.out(1).address();
    long rstd = c.out(2).address();
    long cols = c.in(0).dim(-1);
    if (cols == 0) {
      // The mean of no elements is not a number.
      cpu.kernels().map().fill(Float.NaN, mean, c.out(1).numel());
      cpu.kernels().map().fill(Float.NaN, rstd, c.out(2).numel());
    }
    cpu.rows(
        rows(c.in(0)),
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
                eps));
  }

  private void layerNormGrad(KernelCall c) {
    long gy = c.in(0).address();
    long x = c.in(1).address();
    long weight = c.in(2).address();
    long mean = c.in(3).address();
    long rstd = c.in(4).address();
    long gx = c.out(0).address();
    long cols = c.in(1).dim(-1);
    // Both sums over rows lie side by side: gweight, then gbias.
    try (Scratch sums = new Scratch(8 * cols)) {
      new ColumnSums(cpu, rows(c.in(1)), 2 * cols)
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
}
