package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Loss of a reward model (Ouyang et al., 2022): {@code -mean log sigmoid(chosen - rejected)}, the
 * same as {@code mean log(1 + e^(rejected - chosen))}; never overflows.
 */
public final class PairwiseRanking {

  private PairwiseRanking() {}

  /** Rewards {@code [n]} in pairs to one number. */
  public static Tensor loss(Tensor chosen, Tensor rejected) {
    return rejected.sub(chosen).softplus().mean();
  }

  /** With a margin {@code [n]} by which the chosen should lead (Touvron et al., 2023). */
  public static Tensor loss(Tensor chosen, Tensor rejected, Tensor margin) {
    return rejected.sub(chosen).add(margin).softplus().mean();
  }

  /** Share of pairs whose chosen reward is the larger one. */
  public static Tensor accuracy(Tensor chosen, Tensor rejected) {
    return chosen.gt(rejected).to(chosen.dtype()).mean();
  }
}
