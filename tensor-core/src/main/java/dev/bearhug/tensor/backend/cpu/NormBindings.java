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
    table.add("softmax", b::softmax, DType.F32);
    table.add("softmax_grad", b::softmaxGrad, DType.F32);
    table.add("log_softmax", b::logSoftmax, DType.F32);
    table.add("log_softmax_grad", b::logSoftmaxGrad, DType.F32);
    table.add("layer_norm", b::layerNorm, DType.F32);
    table.add("layer_norm_grad", b::layerNormGrad, DType.F32);
  }

  private static long rows(Tensor t) {
    return t.numel() == 0 ? 0 : t.numel() / t.dim(-1);
  }

  private void softmax(KernelCall c) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    long cols = c.in(0).dim(-1);
    cpu.rows(
        rows(c.in(0)),
        cols,
        (from, to) ->
            softmax.softmaxRows(
                x + 4 * from * cols,
                1f,
                SoftmaxKernels.NO_MASK,
                0,
                y + 4 * from * cols,
                to - from,
                cols));
  }

  private void softmaxGrad(KernelCall c) {
    long gy = c.in(0).address();
    long y = c.in(1).address();
    long gx = c.out(0).address();
    long cols = c.in(0).dim(-1);
    cpu.rows(
        rows(c.in(0)),
        cols,
        (from, to) -> {
          long at = 4 * from * cols;
          softmax.softmaxGradRows(y + at, gy + at, 1f, gx + at, to - from, cols);
        });
  }

  private void logSoftmax(KernelCall c) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    long cols = c.in(0).dim(-1);
    cpu.rows(
        rows(c.in(0)),
        cols,
        (from, to) ->
            softmax.logSoftmaxRows(x + 4 * from * cols, y + 4 * from * cols, to - from, cols));
  }

  private void logSoftmaxGrad(KernelCall c) {
    long gy = c.in(0).address();
    long y = c.in(1).address();
    long gx = c.out(0).address();
    long cols = c.in(0).dim(-1);
    cpu.rows(
        rows(c.in(0)),
        cols,
        (from, to) -> {
          long at = 4 * from * cols;
          softmax.logSoftmaxGradRows(y + at, gy + at, gx + at, to - from, cols);
        });
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
