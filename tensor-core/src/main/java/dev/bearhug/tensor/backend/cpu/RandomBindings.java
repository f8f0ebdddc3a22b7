package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.DropoutOp;

/** Ops that draw random numbers, in single precision. */
final class RandomBindings {

  private final CpuResources cpu;

  private RandomBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    table.add("dropout", new RandomBindings(cpu)::dropout, DType.F32);
  }

  private void dropout(KernelCall c) {
    DropoutOp.Attrs a = c.attrs();
    long x = c.in(0).address();
    long y = c.out(0).address();
    DropoutKernels dropout = cpu.kernels().dropout();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> dropout.dropout(x, y, from, to, a.seed(), a.stream(), (float) a.p()));
  }
}
