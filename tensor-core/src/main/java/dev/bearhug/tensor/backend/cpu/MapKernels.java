package dev.bearhug.tensor.backend.cpu;

/**
 * Element-wise kernels over float32 at absolute native addresses.
 *
 * <p>An output may be the same address as an input; partly overlapping ranges are not allowed.
 * Single-threaded; each element's result does not depend on how a caller splits the range.
 */
public interface MapKernels {

  /** Writes {@code y[i] = op(x[i])} for i in [0, n). */
  void map(MapOp op, long x, long y, long n);

  /**
   * Writes {@code gx[i] = op(gy[i], value[i])} for i in [0, n).
   *
   * @param value address of the function's input or output, as {@code op} says
   */
  void mapGrad(MapGradOp op, long gy, long value, long gx, long n);

  /** Writes {@code y[i] = op(a[i], b[i])} for i in [0, n). */
  void binary(BinaryOp op, long a, long b, long y, long n);

  /** Writes {@code y[i] = op(a[i], b)} for i in [0, n). */
  void binaryScalar(BinaryOp op, long a, float b, long y, long n);

  /** Writes {@code y[r, c] = op(a[r, c], row[c])}: the vector {@code row} broadcast over rows. */
  void binaryRow(BinaryOp op, long a, long row, long y, long rows, long cols);

  /** Adds {@code y[i] += alpha x[i]} for i in [0, n), product and sum rounded one by one. */
  void axpy(float alpha, long x, long y, long n);

  /** Writes {@code value} to n elements of y. */
  void fill(float value, long y, long n);

  /**
   * Adds a bias and applies the exact GELU: {@code pre = x + bias; y = gelu(pre)}.
   *
   * @param x input [rows, cols]
   * @param bias [cols]
   * @param pre output [rows, cols], kept for the gradient; may be x; 0: not stored
   * @param y output [rows, cols]; may be x when pre is 0
   */
  void biasGelu(long x, long bias, long pre, long y, long rows, long cols);

  /** Writes {@code y[i] = x[i] > 0 ? factor x[i] : depth (exp(slope x[i]) - 1)}. */
  void elu(float factor, float depth, float slope, long x, long y, long n);

  /** Writes {@code gx[i] = gy[i] (x[i] > 0 ? factor : depth slope exp(slope x[i]))}. */
  void eluGrad(float factor, float depth, float slope, long gy, long x, long gx, long n);

  /** Writes {@code y[i] = x[i] > 0 ? v[i] : slope v[i]}; v may be x. */
  void leaky(float slope, long x, long v, long y, long n);
}
