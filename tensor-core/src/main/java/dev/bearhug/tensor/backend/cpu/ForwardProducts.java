package dev.bearhug.tensor.backend.cpu;

/**
 * The products of blocked attention's forward pass, for a range of queries of one head.
 *
 * <p>Queries are counted from the first of the range. Scores of a tile and sums are F32.
 */
interface ForwardProducts extends AutoCloseable {

  /** Address of the first score of a tile. */
  long scores();

  /** Floats from one row of scores to the next; what lies beyond the keys is to be zero. */
  int scoreRow(int keys);

  /** Address of the weighted sum of the values of a query. */
  long sum(int query);

  /** Clears the sums of some queries. */
  void clearSums(int from, int to);

  /** Prepares a block of keys and values. */
  void keys(int key, int count);

  /** Writes the products of queries with the prepared keys: a tile of scores. */
  void scoreTile(int from, int to, int count);

  /** Adds the prepared values, weighted by the tile, to the sums. The tile may be overwritten. */
  void addValues(int from, int to, int count);

  @Override
  void close();
}
