package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.IndexErrors;
import dev.bearhug.tensor.op.std.Reduction;

/** Cross entropy in single precision, of 16-bit logits too. */
final class LossBindings {

  private final CpuResources cpu;
  private final LossKernels loss;

  private LossBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.loss = cpu.kernels().loss();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    LossBindings b = new LossBindings(cpu);
    table.add("cross_entropy", b::crossEntropy, FloatSpan.TYPES);
    table.add("cross_entropy_grad", b::crossEntropyGrad, FloatSpan.TYPES);
  }

  /** Checks the targets and returns how many rows count. */
  private static long countRows(Tensor target, long classes, long ignoreIndex) {
    long base = target.address();
    long counted = 0;
    for (long i = 0, n = target.numel(); i < n; i++) {
      long t = getLong(base + 8 * i);
      if (t == ignoreIndex) {
        continue;
      }
      if (t < 0 || t >= classes) {
        throw IndexErrors.target("cross_entropy", t, target.shape(), i, classes, ignoreIndex);
      }
      counted++;
    }
    return counted;
  }

  private void crossEntropy(KernelCall c) {
    CrossEntropyOp.Attrs a = c.attrs();
    Tensor logits = c.in(0);
    long rows = logits.dim(0);
    long cols = logits.dim(1);
    long counted = countRows(c.in(1), cols, a.ignoreIndex());
    FloatSpan x = FloatSpan.of(cpu, logits);
    long target = c.in(1).address();
    long lse = c.out(1).address();
    boolean reduces = a.reduction() != Reduction.NONE;
    try (Scratch losses = new Scratch(reduces ? 4 * rows : 0)) {
      long each = reduces ? losses.address() : c.out(0).address();
      FloatTiles.rows(
          cpu,
          x.inPlace(),
          1,
          rows,
          cols,
          (first, count, buffer, step) ->
              loss.crossEntropyRows(
                  x.read(first * cols, count * cols, buffer),
                  target + 8 * first,
                  a.ignoreIndex(),
                  (float) a.labelSmoothing(),
                  each + 4 * first,
                  lse + 4 * first,
                  count,
                  cols));
      if (reduces) {
        double total = cpu.kernels().reduce().sum(each, rows);
        putFloat(c.out(0).address(), (float) share(total, counted, rows, a.reduction()));
      }
    }
  }

  private static double share(double total, long counted, long rows, Reduction reduction) {
    return switch (reduction) {
      case NONE, SUM -> total;
      case MEAN -> total / counted;
      case BATCH_MEAN -> total / rows;
    };
  }

  private void crossEntropyGrad(KernelCall c) {
    CrossEntropyOp.Attrs a = c.attrs();
    Tensor logits = c.in(1);
    long cols = logits.dim(1);
    long counted = countRows(c.in(2), cols, a.ignoreIndex());
    boolean perRow = a.reduction() == Reduction.NONE;
    double gloss = perRow ? 1 : c.in(0).dtype().read(c.in(0).address());
    float scale = (float) share(gloss, counted, logits.dim(0), a.reduction());
    FloatSpan rowScale = FloatSpan.of(cpu, c.in(0));
    FloatSpan x = FloatSpan.of(cpu, logits);
    long target = c.in(2).address();
    FloatSpan lse = FloatSpan.of(cpu, c.in(3));
    FloatSpan glogits = FloatSpan.of(cpu, c.out(0));
    FloatTiles.rows(
        cpu,
        x.inPlace(),
        3,
        logits.dim(0),
        cols,
        (first, count, buffer, step) -> {
          long to = glogits.at(first * cols, buffer);
          loss.crossEntropyGradRows(
              x.read(first * cols, count * cols, buffer),
              lse.read(first, count, buffer + step),
              target + 8 * first,
              a.ignoreIndex(),
              (float) a.labelSmoothing(),
              scale,
              perRow ? rowScale.read(first, count, buffer + 2 * step) : 0,
              to,
              count,
              cols);
          glogits.write(first * cols, count * cols, to);
        });
  }
}
