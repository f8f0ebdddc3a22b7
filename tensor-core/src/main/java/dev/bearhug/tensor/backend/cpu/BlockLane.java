package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;

/** Products of blocks of attention by oneDNN on the calling thread. */
final class BlockLane implements AutoCloseable {

  /** Queries of a tile: with fewer, a product costs little more than its call. */
  static final int QUERIES = 128;

  /** Fewest queries and keys: below, {@link AttentionKernels} are as fast. */
  static final int MIN_ROWS = 48;

  /** Fewest elements of a row. */
  static final int MIN_WIDTH = 16;

  private final OneDnnGemm gemm;
  private final OneDnnLane lane;
  private final ConvertKernels convert;
  private final DType type;

  /** Takes a lane. */
  BlockLane(OneDnnGemm gemm, ConvertKernels convert, DType type) {
    this.gemm = gemm;
    this.lane = gemm.borrow();
    this.convert = convert;
    this.type = type;
  }

  /** Writes {@code C = A · B}, or adds it to C; C has dense rows of F32. */
  void product(
      int m,
      int n,
      int depth,
      GemmOperand a,
      long aAt,
      GemmOperand b,
      long bAt,
      long c,
      long cRow,
      boolean add) {
    GemmOperand result = GemmOperand.rows(cRow);
    lane.run(
        new GemmShape(1, 1, m, n, depth, a, b, result, null, 1f, add), 0, 1, 1, aAt, bAt, 0, c);
  }

  /** Bytes that rounded scores take beside the scores. */
  static long roundedBytes(DType type, long scores) {
    return type == DType.BF16 ? 2 * scores : 0;
  }

  /**
   * Rounds scores to the type of the operands.
   *
   * @param to room for as many scores; not used in single precision
   * @return address of the rounded scores
   */
  long rounded(long scores, long count, long to) {
    if (type != DType.BF16) {
      return scores;
    }
    convert.floatToBf16(scores, to, count);
    return to;
  }

  @Override
  public void close() {
    gemm.giveBack(lane);
  }
}
