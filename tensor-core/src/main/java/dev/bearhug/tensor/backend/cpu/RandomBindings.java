package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.DropoutOp;

/** Ops that draw random numbers, in single precision, of 16-bit values too. */
final class RandomBindings {

  private final CpuResources cpu;

  private RandomBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    table.add("dropout", new RandomBindings(cpu)::dropout, FloatSpan.TYPES);
  }

  private void dropout(KernelCall c) {
    DropoutOp.Attrs a = c.attrs();
    FloatSpan x = FloatSpan.of(cpu, c.in(0));
    FloatSpan y = FloatSpan.of(cpu, c.out(0));
    DropoutKernels dropout = cpu.kernels().dropout();
    FloatTiles.elements(
        cpu,
        x.inPlace(),
        c.out(0).numel(),
        (first, n, buffer) -> {
          long to = y.at(first, buffer);
          dropout.dropout(
              x.read(first, n, buffer) - 4 * first,
              to - 4 * first,
              first,
              first + n,
              a.seed(),
              a.stream(),
              (float) a.p());
          y.write(first, n, to);
        });
  }
}
