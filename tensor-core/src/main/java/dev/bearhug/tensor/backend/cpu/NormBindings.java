package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.RmsNormOp;
import java.util.function.LongConsumer;

/** Softmax and normalisation over the last axes in single precision, of 16-bit values too. */
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
    table.add("layer_norm", b::layerNorm, FloatSpan.TYPES);
    table.add("layer_norm_grad", b::layerNormGrad, FloatSpan.TYPES);
    table.add("rms_norm", b::rmsNorm, FloatSpan.TYPES);
    table.add("rms_norm_grad", b::rmsNormGrad, FloatSpan.TYPES);
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

  private static long product(Tensor t, int axes) {
    long n = 1;
    for (int a = -axes; a < 0; a++) {
      n *= t.dim(a);
    }
    return n;
  }

  /** A small input in single precision; its address is 0 if it is absent. */
  private FloatOperand small(Tensor t) {
    return FloatOperand.of(cpu.kernels().convert(), t);
  }

  private void layerNorm(KernelCall c) {
    LayerNormOp.Attrs a = c.attrs();
    long mean = c.out(1).address();
    long rstd = c.out(2).address();
    long cols = product(c.in(0), a.axes());
    if (cols == 0) {
      // The mean of no elements is not a number.
      cpu.kernels().map().fill(Float.NaN, mean, c.out(1).numel());
      cpu.kernels().map().fill(Float.NaN, rstd, c.out(2).numel());
      return;
    }
    try (FloatOperand weight = small(c.in(1));
        FloatOperand bias = small(c.in(2))) {
      normRows(
          c,
          c.out(1).numel(),
          cols,
          (x, y, first, rows) ->
              norm.layerNormRows(
                  x,
                  weight.address(),
                  bias.address(),
                  y,
                  mean + 4 * first,
                  rstd + 4 * first,
                  rows,
                  cols,
                  a.eps()));
    }
  }

  /** A kernel over rows that has to know which they are; y may be x. */
  @FunctionalInterface
  private interface NumberedRows {
    void run(long x, long y, long first, long rows);
  }

  private void normRows(KernelCall c, long count, long cols, NumberedRows kernel) {
    FloatSpan x = FloatSpan.of(cpu, c.in(0));
    FloatSpan y = FloatSpan.of(cpu, c.out(0));
    FloatTiles.rows(
        cpu,
        x.inPlace(),
        1,
        count,
        cols,
        (first, rows, buffer, step) -> {
          long n = rows * cols;
          long to = y.at(first * cols, buffer);
          kernel.run(x.read(first * cols, n, buffer), to, first, rows);
          y.write(first * cols, n, to);
        });
  }

  /** A kernel over rows of a gradient and its value; gx may be either. */
  @FunctionalInterface
  private interface NumberedGradRows {
    void run(long gy, long x, long gx, long first, long rows);
  }

  /** Runs a kernel over rows {@code [from, from + count)} in this thread. */
  private void normGradRows(
      KernelCall c, long from, long count, long cols, NumberedGradRows kernel) {
    FloatSpan gy = FloatSpan.of(cpu, c.in(0));
    FloatSpan x = FloatSpan.of(cpu, c.in(1));
    FloatSpan gx = FloatSpan.of(cpu, c.out(0));
    FloatTiles.runRows(
        gy.inPlace(),
        2,
        from,
        from + count,
        cols,
        (first, rows, buffer, step) -> {
          long at = first * cols;
          long n = rows * cols;
          long to = gx.at(at, buffer);
          kernel.run(gy.read(at, n, buffer), x.read(at, n, buffer + step), to, first, rows);
          gx.write(at, n, to);
        });
  }

  private void layerNormGrad(KernelCall c) {
    long cols = c.out(1).numel();
    // Both sums over rows lie side by side: gweight, then gbias.
    try (FloatOperand mean = small(c.in(2));
        FloatOperand rstd = small(c.in(3));
        FloatOperand weight = small(c.in(4));
        Scratch sums = new Scratch(8 * cols)) {
      new ColumnSums(cpu, c.in(1).numel() == 0 ? 0 : c.in(2).numel(), 2 * cols)
          .run(
              sums.address(),
              (from, count, part) ->
                  normGradRows(
                      c,
                      from,
                      count,
                      cols,
                      (gy, x, gx, first, rows) ->
                          norm.layerNormGradRows(
                              gy,
                              x,
                              mean.address() + 4 * first,
                              rstd.address() + 4 * first,
                              weight.address(),
                              gx,
                              part,
                              part + 4 * cols,
                              rows,
                              cols)));
      FloatOperand.store(cpu.kernels().convert(), sums.address(), c.out(1));
      FloatOperand.store(cpu.kernels().convert(), sums.address() + 4 * cols, c.out(2));
    }
  }

  /** Calls a kernel with the address of the factor: the weight, one more than it, or 0 for none. */
  private void withFactor(Tensor weight, boolean unitOffset, LongConsumer kernel) {
    try (FloatOperand single = small(weight)) {
      if (weight == null || !unitOffset) {
        kernel.accept(single.address());
        return;
      }
      try (Scratch factor = new Scratch(4 * weight.numel())) {
        cpu.kernels()
            .map()
            .binaryScalar(BinaryOp.ADD, single.address(), 1f, factor.address(), weight.numel());
        kernel.accept(factor.address());
      }
    }
  }

  private void rmsNorm(KernelCall c) {
    RmsNormOp.Attrs a = c.attrs();
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
            normRows(
                c,
                rows(c.in(0)),
                cols,
                (x, y, first, rows) ->
                    norm.rmsNormRows(x, factor, y, rstd + 4 * first, rows, cols, a.eps())));
  }

  private void rmsNormGrad(KernelCall c) {
    long cols = c.in(1).dim(-1);
    long count = rows(c.in(1));
    try (FloatOperand rstd = small(c.in(2));
        Scratch sums = new Scratch(4 * cols)) {
      withFactor(
          c.in(3),
          c.<Boolean>attrs(),
          factor ->
              new ColumnSums(cpu, count, cols)
                  .run(
                      sums.address(),
                      (from, n, part) ->
                          normGradRows(
                              c,
                              from,
                              n,
                              cols,
                              (gy, x, gx, first, rows) ->
                                  norm.rmsNormGradRows(
                                      gy,
                                      x,
                                      rstd.address() + 4 * first,
                                      factor,
                                      gx,
                                      part,
                                      rows,
                                      cols))));
      FloatOperand.store(cpu.kernels().convert(), sums.address(), c.out(1));
    }
  }
}
