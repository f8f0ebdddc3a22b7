package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.AttentionGroups.Group.transposed;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AttentionOp;

/**
 * Attention in single precision: batched products of strided views, with softmax and dropout in
 * place between them.
 */
final class AttentionBindings {

  private final CpuResources cpu;

  private AttentionBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    AttentionBindings b = new AttentionBindings(cpu);
    table.addStrided("attention", b::attention, DType.F32);
    table.addStrided("attention_grad", b::attentionGrad, DType.F32);
  }

  private void attention(KernelCall c) {
    AttentionOp.Attrs a = c.attrs();
    Operand q = Operand.inPlace(c.in(0));
    Operand k = Operand.inPlace(c.in(1));
    Operand v = Operand.inPlace(c.in(2));
    Operand y = Operand.inPlace(c.out(0));
    Operand probs = Operand.inPlace(c.out(1));
    long d = c.in(0).dim(3);
    long dv = c.in(2).dim(3);
    AttentionGroups groups = AttentionGroups.of(c.out(1).shape());
    long s = groups.queries();
    long t = groups.keys();
    try (AttentionMask mask = AttentionMask.of(cpu, c.in(3), c.out(1).shape(), a.causal());
        Scratch dropped = new Scratch(a.p() > 0 ? 4 * groups.scores() : 0)) {
      groups.forEach(
          g -> {
            GemmOperand dense = g.dense(s, t);
            long scores = g.address(probs);
            long weights = a.p() > 0 ? dropped.address() : scores;
            long first = groups.firstScore(g);
            cpu.gemm()
                .matmul(
                    g.product(s, t, d, g.matrices(q), g.transposed(k), dense),
                    g.address(q),
                    g.address(k),
                    0,
                    scores);
            cpu.rows(
                t == 0 ? 0 : g.count() * s,
                t,
                (from, to) -> {
                  long at = 4 * from * t;
                  mask.softmax(first / t + from, scores + at, (float) a.scale(), to - from);
                  if (a.p() > 0) {
                    dropout(a, scores + at, weights + at, first + from * t, (to - from) * t);
                  }
                });
            cpu.gemm()
                .matmul(
                    g.product(s, dv, t, dense, g.matrices(v), g.matrices(y)),
                    weights,
                    g.address(v),
                    0,
                    g.address(y));
          });
    }
  }

  /**
   * Drops {@code count} weights.
   *
   * @param number row-major number, among all weights, of the first one
   */
  private void dropout(AttentionOp.Attrs a, long from, long to, long number, long count) {
    cpu.kernels()
        .dropout()
        .dropout(
            from - 4 * number,
            to - 4 * number,
            number,
            number + count,
            a.seed(),
            a.stream(),
            (float) a.p());
  }

  private void attentionGrad(KernelCall c) {
    try (Operand probs = Operand.rowMajor(cpu.pool(), c.in(4))) {
      AttentionOp.Attrs a = c.attrs();
      AttentionGroups groups = AttentionGroups.of(c.in(4).shape());
      long bytes = 4 * groups.scores();
      try (Scratch gscores = new Scratch(bytes);
          Scratch dropped = new Scratch(a.p() > 0 ? bytes : 0)) {
        groups.forEach(
            g -> {
              long weights = g.address(probs);
              if (a.p() > 0) {
                dropGroup(a, groups, g, weights, dropped.address());
                weights = dropped.address();
              }
              gradGroup(c, groups, g, g.address(probs), weights, gscores.address());
            });
      }
    }
  }

  private void dropGroup(
      AttentionOp.Attrs a, AttentionGroups groups, AttentionGroups.Group g, long from, long to) {
    long first = groups.firstScore(g);
    cpu.elements(
        g.count() * groups.queries() * groups.keys(),
        (start, end) -> dropout(a, from + 4 * start, to + 4 * start, first + start, end - start));
  }

  /** The gradients of one group from its weights before and after dropout. */
  private void gradGroup(
      KernelCall c,
      AttentionGroups groups,
      AttentionGroups.Group g,
      long probs,
      long weights,
      long gscores) {
    AttentionOp.Attrs a = c.attrs();
    Operand gy = Operand.inPlace(c.in(0));
    Operand q = Operand.inPlace(c.in(1));
    Operand k = Operand.inPlace(c.in(2));
    Operand v = Operand.inPlace(c.in(3));
    Operand gq = Operand.inPlace(c.out(0));
    Operand gk = Operand.inPlace(c.out(1));
    Operand gv = Operand.inPlace(c.out(2));
    long s = groups.queries();
    long t = groups.keys();
    long d = c.in(1).dim(3);
    long dv = c.in(3).dim(3);
    GemmOperand dense = g.dense(s, t);
    Gemm gemm = cpu.gemm();
    gemm.matmul(
        g.product(t, dv, s, transposed(dense), g.matrices(gy), g.matrices(gv)),
        weights,
        g.address(gy),
        0,
        g.address(gv));
    gemm.matmul(
        g.product(s, t, dv, g.matrices(gy), g.transposed(v), dense),
        g.address(gy),
        g.address(v),
        0,
        gscores);
    long first = groups.firstScore(g);
    cpu.rows(
        g.count() * s,
        t,
        (from, to) -> {
          long at = 4 * from * t;
          long scores = gscores + at;
          if (a.p() > 0) {
            dropout(a, scores, scores, first + from * t, (to - from) * t);
          }
          cpu.kernels()
              .softmax()
              .softmaxGradRows(probs + at, scores, (float) a.scale(), scores, to - from, t);
        });
    gemm.matmul(
        g.product(s, d, t, dense, g.matrices(k), g.matrices(gq)),
        gscores,
        g.address(k),
        0,
        g.address(gq));
    gemm.matmul(
        g.product(t, d, s, transposed(dense), g.matrices(q), g.matrices(gk)),
        gscores,
        g.address(q),
        0,
        g.address(gk));
  }
}
