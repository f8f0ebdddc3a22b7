package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.LinearActivationOp;

/** Matrix products; transposed and permuted views go to the product as they are. */
final class MatmulBindings {

  private final CpuResources cpu;

  private MatmulBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    MatmulBindings b = new MatmulBindings(cpu);
    table.addStrided("matmul", b::matmul, DType.F32, DType.BF16);
    table.addStrided("matmul_wide", b::matmul, DType.F32, DType.BF16);
    table.addStrided("linear", c -> b.linear(c, c.out(0), null), DType.F32, DType.BF16);
    table.addStrided("linear_activation", b::linearActivation, DType.F32, DType.BF16);
  }

  private void matmul(KernelCall c) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    Tensor y = c.out(0);
    if (y.numel() == 0) {
      return;
    }
    Shape batch = y.shape().dropLast(2);
    long m = a.dim(-2);
    long k = a.dim(-1);
    long n = b.dim(-1);
    StridedLoop loop =
        StridedLoop.over(batch, batchOf(y.layout()), batchOf(a.layout()), batchOf(b.layout()));
    GemmShape shape =
        new GemmShape(
            loop.axes() > 1 ? loop.dim(1) : 1,
            loop.dim(0),
            m,
            n,
            k,
            operand(a, loop, 1),
            operand(b, loop, 2),
            operand(y, loop, 0),
            null,
            1f,
            false);
    int bytes = a.dtype().bytes();
    int resultBytes = y.dtype().bytes();
    loop.forEachPlane(
        starts ->
            cpu.gemm()
                .matmul(
                    shape,
                    a.address() + starts[1] * bytes,
                    b.address() + starts[2] * bytes,
                    0,
                    y.address() + starts[0] * resultBytes));
  }

  /** The layout of the leading axes alone. */
  private static Layout batchOf(Layout l) {
    Shape batch = l.shape().dropLast(2);
    long[] strides = new long[batch.rank()];
    System.arraycopy(l.strides(), 0, strides, 0, strides.length);
    return Layout.of(batch, strides, 0);
  }

  private static GemmOperand operand(Tensor t, StridedLoop loop, int number) {
    return new GemmOperand(
        t.dtype(),
        loop.axes() > 1 ? loop.stride(number, 1) : 0,
        loop.dim(0) > 1 ? loop.stride(number, 0) : 0,
        t.layout().stride(-2),
        t.layout().stride(-1));
  }

  private void linearActivation(KernelCall c) {
    LinearActivationOp.Attrs attrs = c.attrs();
    MapOp op = MapOp.valueOf(attrs.kind().name());
    Tensor y = c.out(0);
    Tensor pre = attrs.keep() ? c.out(1) : y;
    FloatSpan from = FloatSpan.of(cpu, pre);
    FloatSpan to = FloatSpan.of(cpu, y);
    FloatTiles.Task activate =
        (first, count, buffer) -> {
          long target = to.at(first, buffer);
          cpu.kernels().map().map(op, from.read(first, count, buffer), target, count);
          to.write(first, count, target);
        };
    long n = c.in(1).dim(0);
    linear(
        c,
        pre,
        (row, rows, col, cols) ->
            cpu.rows(
                rows,
                cols,
                (i, j) -> {
                  for (long r = row + i; r < row + j; r++) {
                    long first = r * n + col;
                    FloatTiles.run(from.inPlace(), first, first + cols, activate);
                  }
                }));
  }

  /** Writes {@code x · weightᵀ + bias} to y. */
  private void linear(KernelCall c, Tensor y, Gemm.BlockDone done) {
    Tensor x = c.in(0);
    Tensor w = c.in(1);
    Tensor bias = c.in(2);
    if (y.numel() == 0) {
      return;
    }
    long k = x.dim(-1);
    long n = w.dim(0);
    long m = y.numel() / n;
    Layout rows = k == 0 ? null : x.layout().reshape(Shape.of(m, k));
    try (Operand in = Operand.of(cpu.pool(), x, rows != null);
        Operand offset = bias == null ? null : Operand.rowMajor(cpu.pool(), bias)) {
      GemmShape shape =
          new GemmShape(
              1,
              1,
              m,
              n,
              k,
              rows == null
                  ? new GemmOperand(x.dtype(), 0, 0, k, 1)
                  : new GemmOperand(x.dtype(), 0, 0, rows.stride(0), rows.stride(1)),
              new GemmOperand(w.dtype(), 0, 0, w.layout().stride(1), w.layout().stride(0)),
              new GemmOperand(y.dtype(), 0, 0, n, 1),
              bias == null ? null : bias.dtype(),
              1f,
              false);
      cpu.gemm()
          .linear(
              shape,
              in.address(),
              w.address(),
              Dispatcher.isRecording() ? null : w.storage(),
              bias == null ? 0 : offset.address(),
              y.address(),
              done);
    }
  }
}
