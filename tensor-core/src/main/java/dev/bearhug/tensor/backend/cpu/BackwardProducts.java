package dev.bearhug.tensor.backend.cpu;

/**
 * The products of blocked attention's backward pass, for one key head of a sequence. Scores,
 * gradients of scores and all sums are F32.
 */
interface BackwardProducts extends AutoCloseable {

  /** Address of the first score of a tile; later of its weights. */
  long scores();

  /** Address of the first gradient of a tile's weights; later of its scores. */
  long scoreGrads();

  /** Floats from one row of scores to the next; what lies beyond the keys is to be zero. */
  int scoreRow(int keys);

  /** Prepares a block of keys and values and clears their gradients. */
  void keys(int key, int count);

  /** Prepares a tile of queries and of gradients of results. */
  void queries(int head, int from, int count);

  /** Writes the products of queries with keys and of gradients with values. */
  void scoreTiles(int queries, int keys);

  /**
   * Adds a tile's part to the gradients of keys, values and queries. The tile may be overwritten.
   *
   * @param queryGrads gradients of the tile's queries, rows up to a multiple of {@link
   *     BlockRows#UNIT}
   * @param queryRow floats from one of their rows to the next
   */
  void addGrads(int queries, int keys, long queryGrads, int queryRow);

  /** Address of the gradient of a key of the block. */
  long keyGrad(int key);

  /** Address of the gradient of a value of the block. */
  long valueGrad(int key);

  @Override
  void close();
}
