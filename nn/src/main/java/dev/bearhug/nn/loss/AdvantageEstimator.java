package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Generalised advantage estimation (Schulman et al., 2016): {@code A_t = sum_l (gamma lambda)^l
 * delta_(t + l)} with {@code delta_t = reward_t + gamma value_(t + 1) - value_t}.
 *
 * @param gamma discount of later rewards
 * @param lambda discount of later estimates
 * @param whitenRewards whether rewards get variance 1 first; their mean stays
 */
public record AdvantageEstimator(double gamma, double lambda, boolean whitenRewards) {

  /**
   * What training reads.
   *
   * @param advantages with mean 0 and variance 1 over the tokens that count {@code [n, t]}
   * @param returns advantages before that plus values {@code [n, t]}
   */
  public record Estimate(Tensor advantages, Tensor returns) {}

  /** Estimates from rewards, values and a mask of the tokens that count, all {@code [n, t]}. */
  public Estimate of(Tensor rewards, Tensor values, Tensor mask) {
    Tensor m = mask.to(values.dtype());
    Tensor v = values.detach().mul(m);
    Tensor r = rewards.detach().mul(m);
    if (whitenRewards) {
      r = Masked.whiten(r, m, true);
    }
    int steps = Math.toIntExact(v.dim(1));
    Tensor[] columns = new Tensor[steps];
    Tensor next = null;
    for (int t = steps - 1; t >= 0; t--) {
      Tensor delta = r.select(1, t).sub(v.select(1, t));
      if (next != null) {
        delta = delta.add(v.select(1, t + 1).mul(gamma)).add(next.mul(gamma * lambda));
      }
      columns[t] = delta;
      next = delta;
    }
    Tensor advantages = Tensor.stack(1, columns);
    return new Estimate(Masked.whiten(advantages, m, false), advantages.add(v));
  }
}
