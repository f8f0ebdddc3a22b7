package dev.bearhug.tensor.backend.cpu;

/** Cross entropy of float32 logits [rows, cols] with int64 class targets [rows]. */
public interface LossKernels {

  /**
   * Writes the loss of each row: {@code (1 - s) (lse - x[target]) + s (lse - mean(x))} with {@code
   * lse = log(sum(exp(x)))} and label smoothing s; 0 where the target is ignored.
   *
   * @param loss output [rows]
   * @param logSumExp output [rows], kept for the gradient (also of ignored rows)
   * @throws IndexOutOfBoundsException if a target is outside [0, cols) and not ignored
   */
  void crossEntropyRows(
      long logits,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      long loss,
      long logSumExp,
      long rows,
      long cols);

  /**
   * Writes {@code glogits = scale rowScale (softmax(x) - (1 - s) onehot(target) - s / cols)}; zeros
   * where the target is ignored.
   *
   * @param scale factor on all rows, such as gradient / number of counted rows
   * @param rowScale factor per row [rows], or 0 for ones
   * @param glogits output [rows, cols]; may be logits
   * @throws IndexOutOfBoundsException if a target is outside [0, cols) and not ignored
   */
  void crossEntropyGradRows(
      long logits,
      long logSumExp,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      float scale,
      long rowScale,
      long glogits,
      long rows,
      long cols);
}
