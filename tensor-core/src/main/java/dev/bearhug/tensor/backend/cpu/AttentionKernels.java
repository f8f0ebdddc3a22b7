package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;

/**
 * What blocked attention is made of: products of small matrices in scratch memory, and passes over
 * rows of scores.
 *
 * <p>Scratch matrices are F32. The left side and the result of a product have any row stride; the
 * right side lies in panels of {@link #cols()} columns: panel p holds, row after row, the columns
 * from {@code p * cols()} on. Rows and columns are filled up with zeros to whole tiles, so that a
 * product knows no rests.
 */
public interface AttentionKernels {

  /** Rows of a tile; row counts of results are rounded up to a multiple. */
  int rows();

  /** Columns of a tile and of a panel; column counts are rounded up to a multiple. */
  int cols();

  /**
   * Writes {@code C = A · B} or {@code C += A · B}.
   *
   * @param m rows of A and C, a multiple of {@link #rows()}
   * @param n columns of B and C, a multiple of {@link #cols()}
   * @param depth columns of A and rows of B
   * @param a first element of A, with its strides {@code aRow} and {@code aCol} in elements
   * @param b first panel of B, with {@code bPanel} elements from one panel to the next
   * @param c first element of C, with {@code cRow} elements from one row to the next
   * @param add whether C is added to
   */
  void product(
      int m,
      int n,
      int depth,
      long a,
      long aRow,
      long aCol,
      long b,
      long bPanel,
      long c,
      long cRow,
      boolean add);

  /**
   * Copies rows to a dense matrix, converted to F32.
   *
   * @param type F32 or BF16
   * @param rowStep elements from one source row to the next
   * @param count number of rows; further ones up to a multiple of {@link #rows()} become zero
   * @param width elements of a row
   */
  void pack(DType type, long from, long rowStep, int count, int width, long to);

  /**
   * Copies rows to panels, converted to F32; columns beyond {@code width} become zero.
   *
   * @param panelRows rows from one panel to the next, at least {@code count}; those from count on
   *     are not written
   */
  void panels(DType type, long from, long rowStep, int count, int width, long to, int panelRows);

  /**
   * Copies rows to the panels of the transposed matrix, converted to F32: {@code width} rows of
   * {@code count} columns; columns beyond {@code count} become zero.
   */
  void transposed(DType type, long from, long rowStep, int count, int width, long to);

  /**
   * Writes {@code to = factor * from} for one row.
   *
   * @param type F32 or BF16, the type of the target
   */
  void unpack(DType type, long from, float factor, long to, int width);

  /**
   * The largest {@code scale * x + mask} of a row, at least {@code start}.
   *
   * @param mask address of values to add, or 0 for none
   */
  float max(long x, float scale, long mask, int n, float start);

  /** Writes {@code x = exp(scale * x + mask - shift)} and returns the sum. */
  float exp(long x, float scale, long mask, float shift, int n);

  /** Writes {@code x = x * y}. */
  void multiply(long x, long y, int n);

  /** Writes {@code x = factor * x}. */
  void scale(long x, float factor, int n);

  /** The sum of {@code x * y}. */
  float dot(long x, long y, int n);

  /**
   * Turns scores and the gradient of dropped weights into dropped weights and the gradient of
   * scores, for one row: {@code p = exp(scale * s + mask - max) * inverse}, {@code s = p * keep},
   * {@code g = p * (g * keep - delta) * scale}.
   *
   * @param keep address of the factors of dropout, or 0 for none
   */
  void gradRow(
      long s,
      long g,
      float scale,
      long mask,
      float max,
      float inverse,
      float delta,
      long keep,
      int n);
}
