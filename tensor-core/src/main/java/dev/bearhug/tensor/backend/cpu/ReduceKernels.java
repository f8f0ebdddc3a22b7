package dev.bearhug.tensor.backend.cpu;

/**
 * Reductions over float32 at absolute native addresses, single-threaded.
 *
 * <p>The order of additions depends on the sizes only, so repeated calls agree bit for bit. Long
 * sums are kept in several float lanes within a block and in double across blocks.
 */
public interface ReduceKernels {

  /** Returns the sum of n elements; 0 for none. */
  double sum(long x, long n);

  /** Returns the sum of squares of n elements; 0 for none. */
  double sumOfSquares(long x, long n);

  /** Returns the sum of {@code a[i] b[i]} over n elements; 0 for none. */
  double dot(long a, long b, long n);

  /** Returns the largest of n elements; NaN if any is NaN, negative infinity for none. */
  float max(long x, long n);

  /** Returns the smallest of n elements; NaN if any is NaN, positive infinity for none. */
  float min(long x, long n);

  /** Writes the sum of each row: {@code out[r] = sum_c x[r, c]}. */
  void sumRows(long x, long out, long rows, long cols);

  /** Adds the sum of each column: {@code out[c] += sum_r x[r, c]}. */
  void sumColumns(long x, long out, long rows, long cols);

  /** Writes the largest element of each row; NaN if the row holds one. */
  void rowMax(long x, long out, long rows, long cols);

  /**
   * Writes the int64 position of the largest element of each row: the first among equals, the first
   * NaN if the row holds one.
   */
  void rowArgMax(long x, long out, long rows, long cols);

  /**
   * Writes the int64 position of the smallest element of each row: the first among equals, the
   * first NaN if the row holds one.
   */
  void rowArgMin(long x, long out, long rows, long cols);
}
