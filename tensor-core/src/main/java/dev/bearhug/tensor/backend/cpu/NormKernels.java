package dev.bearhug.tensor.backend.cpu;

/**
 * Layer and root-mean-square normalisation over the rows of [rows, cols] float32 matrices.
 *
 * <p>Mean and variance are taken in two passes with double accumulation across blocks, so a large
 * mean does not cost accuracy. An address of 0 stands for an absent optional argument. Outputs of
 * shape [rows, cols] may be the same address as an input of that shape.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Layer Normalization</a>
 * @see <a href="https://arxiv.org/abs/1910.07467">Root Mean Square Layer Normalization</a>
 */
public interface NormKernels {

  /**
   * Writes {@code y = (x - mean) rstd weight + bias} with {@code rstd = 1 / sqrt(var + eps)}.
   *
   * @param weight [cols], or 0 for ones
   * @param bias [cols], or 0 for zeros
   * @param mean output [rows], or 0
   * @param rstd output [rows], or 0
   */
  void layerNormRows(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      double eps);

  /**
   * Normalises the sum of two inputs: {@code sum = x + residual; y = layerNorm(sum)}.
   *
   * @param sum output [rows, cols], the input of the gradient; may be x or residual
   */
  void residualLayerNormRows(
      long x,
      long residual,
      long sum,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      double eps);

  /**
   * The gradient of layer normalisation.
   *
   * @param weight [cols], or 0 for ones
   * @param gx output [rows, cols]
   * @param gweight [cols], added to; or 0
   * @param gbias [cols], added to; or 0
   */
  void layerNormGradRows(
      long gy,
      long x,
      long mean,
      long rstd,
      long weight,
      long gx,
      long gweight,
      long gbias,
      long rows,
      long cols);

  /**
   * Writes {@code y = x rstd weight} with {@code rstd = 1 / sqrt(mean(x^2) + eps)}.
   *
   * @param weight [cols], or 0 for ones
   * @param rstd output [rows], or 0
   */
  void rmsNormRows(long x, long weight, long y, long rstd, long rows, long cols, double eps);

  /**
   * The gradient of root-mean-square normalisation.
   *
   * @param weight [cols], or 0 for ones
   * @param gx output [rows, cols]
   * @param gweight [cols], added to; or 0
   */
  void rmsNormGradRows(
      long gy, long x, long rstd, long weight, long gx, long gweight, long rows, long cols);
}
