package dev.bearhug.tensor.backend.cpu;

/**
 * Softmax and log-softmax over the rows of [rows, cols] float32 matrices, forward and backward.
 *
 * <p>An output may be the same address as an input. A row in which every element is negative
 * infinity (all positions masked) gives the uniform distribution, as a mask with the smallest
 * finite float would; a NaN or positive infinity makes its whole row NaN.
 */
public interface SoftmaxKernels {

  /** The address that stands for "no mask". */
  long NO_MASK = 0;

  /**
   * Writes {@code y[r] = softmax(scale x[r] + mask[r])}.
   *
   * @param scale factor on x, before the mask
   * @param mask address of values to add (0 for visible, negative infinity for hidden positions),
   *     or {@link #NO_MASK}
   * @param maskStride elements from one row's mask to the next; 0: one mask row [cols] for all rows
   */
  void softmaxRows(long x, float scale, long mask, long maskStride, long y, long rows, long cols);

  /** Writes {@code gx = scale y (gy - sum(gy y))}, the gradient of {@link #softmaxRows} for x. */
  void softmaxGradRows(long y, long gy, float scale, long gx, long rows, long cols);

  /** Writes {@code y[r] = x[r] - log(sum(exp(x[r])))}. */
  void logSoftmaxRows(long x, long y, long rows, long cols);

  /** Writes {@code gx = gy - exp(y) sum(gy)}, the gradient of {@link #logSoftmaxRows}. */
  void logSoftmaxGradRows(long y, long gy, long gx, long rows, long cols);
}
