package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.KlDivOp;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * Kullback-Leibler divergence in both directions of the distributions that two rows of scores stand
 * for. Computed from log-probabilities, so that probabilities may underflow.
 */
public final class SymmetricKl {

  private SymmetricKl() {}

  /**
   * {@code KL(p | q) = sum p log(p / q)} with p and q the softmax of scores {@code [..., c]}.
   *
   * @param reduction sum, or {@link Reduction#BATCH_MEAN} for the sum over the number of rows
   */
  public static Tensor divergence(Tensor p, Tensor q, Reduction reduction) {
    return Dispatcher.call(
        KlDivOp.INSTANCE, new KlDivOp.Attrs(true, reduction), q.logSoftmax(), p.logSoftmax());
  }

  /** Half of the sum of both directions. */
  public static Tensor of(Tensor p, Tensor q, Reduction reduction) {
    return divergence(p, q, reduction).add(divergence(q, p, reduction)).mul(0.5);
  }
}
