package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.NllLossOp;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * Focal loss (Lin et al., 2017): {@code -w[y] (1 - p[y])^gamma log p[y]} with p the softmax of the
 * scores; rows that are classified well count little.
 *
 * @param gamma how strongly easy rows are played down, at least 0; 0 is cross entropy
 * @param ignoreIndex target that does not count
 * @param reduction of the single losses: {@link Reduction#MEAN} divides by the class weights of
 *     what counts, {@link Reduction#BATCH_MEAN} by the number of rows, as implementations that call
 *     the weights alpha do
 */
public record Focal(double gamma, long ignoreIndex, Reduction reduction) {

  /** Below this {@code 1 - p} has a power whose derivative is not finite for gamma below 1. */
  private static final double LEAST_DOUBT = 1e-12;

  /** Mean over what counts, -100 ignored. */
  public Focal(double gamma) {
    this(gamma, CrossEntropy.IGNORE, Reduction.MEAN);
  }

  /**
   * Checks gamma.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Focal {
    if (!(gamma >= 0)) {
      throw new IllegalArgumentException(
          "focal loss: gamma is " + gamma + " but must be at least 0.");
    }
  }

  /**
   * Scores {@code [n, c, ..]} and class numbers {@code I64[n, ..]} to the loss.
   *
   * @param weight of the classes {@code [c]}, or null
   */
  public Tensor forward(Tensor logits, Tensor target, Tensor weight) {
    int classes = logits.rank() == 1 ? 0 : 1;
    Tensor logp = logits.transpose(classes, -1).logSoftmax().transpose(classes, -1);
    Tensor doubt = logp.exp().affine(-1, 1).clamp(LEAST_DOUBT, 1);
    return Dispatcher.call(
        NllLossOp.INSTANCE,
        new NllLossOp.Attrs(ignoreIndex, reduction),
        doubt.pow(gamma).mul(logp),
        target,
        weight);
  }
}
