package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.DropoutAddLayerNormOp;

/** Dropout, residual sum and layer normalisation in one pass, row by row within the first cache. */
final class FusedNormBindings {

  private final CpuResources cpu;
  private final NormKernels norm;
  private final DropoutKernels dropout;
  private final ConvertKernels convert;

  private FusedNormBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.norm = cpu.kernels().norm();
    this.dropout = cpu.kernels().dropout();
    this.convert = cpu.kernels().convert();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    FusedNormBindings b = new FusedNormBindings(cpu);
    table.add("dropout_add_layer_norm", b::forward, DType.F32, DType.BF16, DType.F16);
    table.add("dropout_add_layer_norm_grad", b::gradient, DType.F32, DType.BF16, DType.F16);
  }

  private FloatRows rows(Tensor t, long cols) {
    return new FloatRows(convert, t.dtype(), t.address(), cols);
  }

  private static long count(Tensor t) {
    return t.numel() == 0 ? 0 : t.numel() / t.dim(-1);
  }

  private void forward(KernelCall c) {
    DropoutAddLayerNormOp.Attrs a = c.attrs();
    long cols = c.in(0).dim(-1);
    long mean = c.out(2).address();
    long rstd = c.out(3).address();
    if (cols == 0) {
      // The mean of no elements is not a number.
      cpu.kernels().map().fill(Float.NaN, mean, c.out(2).numel());
      cpu.kernels().map().fill(Float.NaN, rstd, c.out(3).numel());
      return;
    }
    FloatRows x = rows(c.in(0), cols);
    FloatRows residual = rows(c.in(1), cols);
    FloatRows y = rows(c.out(0), cols);
    FloatRows sum = rows(c.out(1), cols);
    try (FloatOperand weight = FloatOperand.of(convert, c.in(2));
        FloatOperand bias = FloatOperand.of(convert, c.in(3))) {
      cpu.rows(
          count(c.in(0)),
          cols,
          (from, to) -> {
            try (Scratch buffers = new Scratch(16 * cols)) {
              long b = buffers.address();
              for (long r = from; r < to; r++) {
                long sumAt = sum.at(r, b);
                long added = x.read(r, b + 4 * cols);
                if (a.p() > 0) {
                  drop(a, r, cols, added, sumAt);
                  added = sumAt;
                }
                long yAt = y.at(r, b + 8 * cols);
                norm.residualLayerNormRows(
                    added,
                    residual.read(r, b + 12 * cols),
                    sumAt,
                    weight.address(),
                    bias.address(),
                    yAt,
                    mean + 4 * r,
                    rstd + 4 * r,
                    1,
                    cols,
                    a.eps());
                sum.write(r, sumAt);
                y.write(r, yAt);
              }
            }
          });
    }
  }

  /** Drops elements of row {@code r}; the numbers are those of the whole matrix. */
  private void drop(DropoutAddLayerNormOp.Attrs a, long r, long cols, long from, long to) {
    long first = r * cols;
    dropout.dropout(
        from - 4 * first, to - 4 * first, first, first + cols, a.seed(), a.stream(), (float) a.p());
  }

  private void gradient(KernelCall c) {
    DropoutAddLayerNormOp.Attrs a = c.attrs();
    Tensor value = c.in(1);
    long cols = value.dim(-1);
    FloatRows gy = rows(c.in(0), cols);
    FloatRows sum = rows(value, cols);
    FloatRows gx = rows(c.out(0), cols);
    FloatRows gresidual = rows(c.out(1), cols);
    // Both sums over rows lie side by side: gweight, then gbias.
    try (FloatOperand weight = FloatOperand.of(convert, c.in(2));
        FloatOperand means = FloatOperand.of(convert, c.in(3));
        FloatOperand rstds = FloatOperand.of(convert, c.in(4));
        Scratch sums = new Scratch(8 * cols)) {
      long mean = means.address();
      long rstd = rstds.address();
      new ColumnSums(cpu, count(value), 2 * cols)
          .run(
              sums.address(),
              (first, rows, part) -> {
                try (Scratch buffers = new Scratch(16 * cols)) {
                  long b = buffers.address();
                  for (long r = first; r < first + rows; r++) {
                    long to = gresidual.at(r, b);
                    norm.layerNormGradRows(
                        gy.read(r, b + 4 * cols),
                        sum.read(r, b + 8 * cols),
                        mean + 4 * r,
                        rstd + 4 * r,
                        weight.address(),
                        to,
                        part,
                        part + 4 * cols,
                        1,
                        cols);
                    gresidual.write(r, to);
                    if (a.p() > 0) {
                      long dropped = gx.at(r, b + 12 * cols);
                      drop(a, r, cols, to, dropped);
                      gx.write(r, dropped);
                    } else {
                      gx.write(r, to);
                    }
                  }
                }
              });
      FloatOperand.store(convert, sums.address(), c.out(2));
      FloatOperand.store(convert, sums.address() + 4 * cols, c.out(3));
    }
  }
}
