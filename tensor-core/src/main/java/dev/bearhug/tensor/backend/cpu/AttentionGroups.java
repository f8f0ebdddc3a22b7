package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;

/**
 * The heads of an attention in groups whose scores fit the caches; products run per group, between
 * them the loops over rows.
 *
 * @param batch examples
 * @param heads heads per example
 * @param queries rows of the scores of a head
 * @param keys columns of the scores of a head
 * @param groupBatch examples per group
 * @param groupHeads heads per example in a group; all of them if a group has several examples
 */
record AttentionGroups(
    long batch, long heads, long queries, long keys, long groupBatch, long groupHeads) {

  /** Scores per group: 4 MiB. */
  private static final long GROUP_SCORES = 1 << 20;

  /**
   * One group.
   *
   * @param b first example
   * @param h first head
   * @param examples number of examples
   * @param heads number of heads of each
   */
  record Group(long b, long h, long examples, long heads) {

    /** Number of heads in all. */
    long count() {
      return examples * heads;
    }

    /** Address of the group's first matrix of {@code [b, h, ., .]}. */
    long address(Operand x) {
      return x.address() + 4 * (b * x.layout().stride(0) + h * x.layout().stride(1));
    }

    /** The group's matrices of {@code [b, h, ., .]}. */
    GemmOperand matrices(Operand x) {
      return new GemmOperand(
          DType.F32,
          examples > 1 ? x.layout().stride(0) : 0,
          heads > 1 ? x.layout().stride(1) : 0,
          x.layout().stride(2),
          x.layout().stride(3));
    }

    /** The same matrices transposed. */
    GemmOperand transposed(Operand x) {
      return transposed(matrices(x));
    }

    /** An operand transposed. */
    static GemmOperand transposed(GemmOperand x) {
      return x.withMatrixStrides(x.colStride(), x.rowStride());
    }

    /** Dense matrices {@code [rows, cols]} of the group, such as scores in scratch memory. */
    GemmOperand dense(long rows, long cols) {
      return GemmOperand.rows(cols).withBatchStrides(heads * rows * cols, rows * cols);
    }

    /** A product of all matrices of the group. */
    GemmShape product(long m, long n, long k, GemmOperand a, GemmOperand b, GemmOperand c) {
      return new GemmShape(examples, heads, m, n, k, a, b, c, null, 1f, false);
    }
  }

  /** Handles one group. */
  @FunctionalInterface
  interface GroupTask {

    /** Handles the group. */
    void run(Group group);
  }

  /** The groups for probabilities {@code [b, h, s, t]}. */
  static AttentionGroups of(Shape probs) {
    long perHead = Math.max(1, probs.dim(2) * probs.dim(3));
    long heads = probs.dim(1);
    long fitting = Math.max(1, GROUP_SCORES / perHead);
    return new AttentionGroups(
        probs.dim(0),
        heads,
        probs.dim(2),
        probs.dim(3),
        Math.max(1, fitting / Math.max(1, heads)),
        Math.min(heads, fitting));
  }

  /** Most scores in one group. */
  long scores() {
    return Math.min(batch, groupBatch) * groupHeads * queries * keys;
  }

  /** Runs the task for each group in order. */
  void forEach(GroupTask task) {
    for (long b = 0; b < batch; b += groupBatch) {
      for (long h = 0; h < heads; h += groupHeads) {
        task.run(new Group(b, h, Math.min(groupBatch, batch - b), Math.min(groupHeads, heads - h)));
      }
    }
  }

  /** Row-major number of the first score of a group. */
  long firstScore(Group g) {
    return (g.b() * heads + g.h()) * queries * keys;
  }
}
