package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.putDouble;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AdamWOp;
import dev.bearhug.tensor.op.std.LionOp;
import dev.bearhug.tensor.op.std.SgdOp;

/** Optimizer steps and what they need, in single precision. */
final class OptimizerBindings {

  private final CpuResources cpu;
  private final OptimizerKernels optimizer;

  private OptimizerBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.optimizer = cpu.kernels().optimizer();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    OptimizerBindings b = new OptimizerBindings(cpu);
    table.add("accumulate", b::accumulate, FloatSpan.TYPES);
    table.add("adamw", b::adamW, DType.F32);
    table.add("adamw_8bit", b::adamW8bit, DType.F32);
    table.add("lion", b::lion, DType.F32);
    table.add("sgd", b::sgd, DType.F32);
    table.add("sum_of_squares", b::sumOfSquares, DType.F32);
  }

  private void accumulate(KernelCall c) {
    float alpha = c.<Double>attrs().floatValue();
    FloatSpan target = FloatSpan.of(cpu, c.in(0));
    FloatSpan source = FloatSpan.of(cpu, c.in(1));
    MapKernels map = cpu.kernels().map();
    FloatTiles.elements(
        cpu,
        target.inPlace(),
        c.in(0).numel(),
        (first, n, buffer) -> {
          long to = target.read(first, n, buffer);
          map.axpy(alpha, source.read(first, n, buffer + 4 * FloatTiles.TILE), to, n);
          target.write(first, n, to);
        });
  }

  private void adamW(KernelCall c) {
    OptimizerKernels.AdamWStep step = step(c.attrs());
    long param = c.in(0).address();
    long grad = c.in(1).address();
    long m = c.in(2).address();
    long v = c.in(3).address();
    long vmax = addressOrZero(c.in(4));
    long copy = addressOrZero(c.in(5));
    cpu.elements(
        c.in(0).numel(),
        (from, to) -> {
          long at = 4 * from;
          optimizer.adamW(
              param + at,
              grad + at,
              m + at,
              v + at,
              vmax == 0 ? 0 : vmax + at,
              copy == 0 ? 0 : copy + 2 * from,
              to - from,
              step);
        });
  }

  private static OptimizerKernels.AdamWStep step(AdamWOp.Attrs a) {
    return new OptimizerKernels.AdamWStep(
        a.lr(),
        a.beta1(),
        a.beta2(),
        a.eps(),
        a.weightDecay(),
        a.biasCorrection1(),
        a.biasCorrection2(),
        a.gradScale());
  }

  private void adamW8bit(KernelCall c) {
    OptimizerKernels.AdamWStep step = step(c.attrs());
    BlockwiseAdamW.Operands operands =
        new BlockwiseAdamW.Operands(
            c.in(0).address(),
            c.in(1).address(),
            c.in(2).address(),
            c.in(3).address(),
            c.in(4).address(),
            c.in(5).address());
    BlockwiseAdamW blocks = new BlockwiseAdamW(cpu.kernels());
    // The grain of loops over elements is a multiple of the block.
    cpu.elements(c.in(0).numel(), (from, to) -> blocks.run(operands, from, to, step));
  }

  private void lion(KernelCall c) {
    LionOp.Attrs a = c.attrs();
    OptimizerKernels.LionStep step =
        new OptimizerKernels.LionStep(a.lr(), a.beta1(), a.beta2(), a.weightDecay(), a.gradScale());
    long param = c.in(0).address();
    long grad = c.in(1).address();
    long m = c.in(2).address();
    cpu.elements(
        c.in(0).numel(),
        (from, to) ->
            optimizer.lion(param + 4 * from, grad + 4 * from, m + 4 * from, to - from, step));
  }

  private static long addressOrZero(Tensor t) {
    return t == null ? 0 : t.address();
  }

  private void sgd(KernelCall c) {
    SgdOp.Attrs a = c.attrs();
    OptimizerKernels.SgdStep step =
        new OptimizerKernels.SgdStep(
            a.lr(),
            a.momentum(),
            a.dampening(),
            a.nesterov(),
            a.weightDecay(),
            a.gradScale(),
            a.first());
    long param = c.in(0).address();
    long grad = c.in(1).address();
    long buffer = a.momentum() == 0 ? 0 : c.in(2).address();
    cpu.elements(
        c.in(0).numel(),
        (from, to) ->
            optimizer.sgd(
                param + 4 * from,
                grad + 4 * from,
                buffer == 0 ? 0 : buffer + 4 * from,
                to - from,
                step));
  }

  private void sumOfSquares(KernelCall c) {
    long x = c.in(0).address();
    ReduceKernels reduce = cpu.kernels().reduce();
    double sum =
        cpu.total(c.in(0).numel(), (from, to) -> reduce.sumOfSquares(x + 4 * from, to - from));
    putDouble(c.out(0).address(), sum);
  }
}
