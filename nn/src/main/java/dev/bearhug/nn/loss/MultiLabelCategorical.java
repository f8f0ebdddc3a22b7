package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Cross entropy for several labels at once (Su et al., 2022): {@code log(1 + sum_neg e^s) + log(1 +
 * sum_pos e^-s)} over the scores s of one row, so that labels score above 0 and others below.
 */
public final class MultiLabelCategorical {

  private MultiLabelCategorical() {}

  /**
   * Loss of every row.
   *
   * @param scores {@code [..., n]}; what is masked holds a large negative number
   * @param target 1 for labels, else 0 {@code [..., n]}
   * @return {@code [...]}
   */
  public static Tensor losses(Tensor scores, Tensor target) {
    Tensor zero = Tensor.scalar(0, target.dtype(), target.device());
    Tensor positive = target.ne(zero);
    Tensor negative = target.eq(zero);
    return logOnePlusSum(scores.maskedFill(positive, Double.NEGATIVE_INFINITY))
        .add(logOnePlusSum(scores.neg().maskedFill(negative, Double.NEGATIVE_INFINITY)));
  }

  /** The mean of {@link #losses}. */
  public static Tensor loss(Tensor scores, Tensor target) {
    return losses(scores, target).mean();
  }

  /** {@code log(1 + sum e^x)} over the last axis. */
  private static Tensor logOnePlusSum(Tensor x) {
    Tensor max = x.detach().max(-1, true).relu();
    Tensor sum = x.sub(max).exp().sum(true, -1);
    return sum.add(max.neg().exp()).log().add(max).squeeze(-1);
  }
}
