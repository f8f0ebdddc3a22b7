package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Losses of proximal policy optimisation (Schulman et al., 2017). With the ratio {@code r = e^(log
 * probability - old log probability)} and the advantage A: {@code -min(r A, clip(r, 1 - e, 1 + e)
 * A)} for the policy; {@code max((v - R)^2, (v_clip - R)^2) / 2} for values v with returns R, where
 * {@code v_clip} stays within e of the old value.
 *
 * @param clip e
 */
public record ClippedPolicy(double clip) {

  /** Policy loss of every action; all of one shape. */
  public Tensor policyLosses(Tensor logProbs, Tensor oldLogProbs, Tensor advantages) {
    Tensor ratio = logProbs.sub(oldLogProbs).exp();
    Tensor clipped = ratio.clamp(1 - clip, 1 + clip);
    return ratio.mul(advantages).minimum(clipped.mul(advantages)).neg();
  }

  /** Policy loss averaged over all actions. */
  public Tensor policyLoss(Tensor logProbs, Tensor oldLogProbs, Tensor advantages) {
    return policyLosses(logProbs, oldLogProbs, advantages).mean();
  }

  /**
   * Policy loss averaged over the actions of every row that count, then over rows.
   *
   * @param mask 1 for actions that count, else 0; all {@code [n, t]}
   */
  public Tensor policyLossByRow(
      Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask) {
    Tensor losses = policyLosses(logProbs, oldLogProbs, advantages);
    Tensor m = mask.to(losses.dtype());
    return losses.mul(m).sum(false, 1).div(m.sum(false, 1).add(1e-8)).mean();
  }

  /** Policy loss averaged over all actions of the batch that count. */
  public Tensor policyLoss(Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask) {
    Tensor losses = policyLosses(logProbs, oldLogProbs, advantages);
    return Masked.mean(losses, mask.to(losses.dtype()));
  }

  /** Value loss of every state; all of one shape. */
  public Tensor valueLosses(Tensor values, Tensor oldValues, Tensor returns) {
    Tensor near = oldValues.add(values.sub(oldValues).clamp(-clip, clip));
    return values.sub(returns).square().maximum(near.sub(returns).square()).mul(0.5);
  }

  /** Value loss averaged over all states. */
  public Tensor valueLoss(Tensor values, Tensor oldValues, Tensor returns) {
    return valueLosses(values, oldValues, returns).mean();
  }

  /** Value loss averaged over the states that count. */
  public Tensor valueLoss(Tensor values, Tensor oldValues, Tensor returns, Tensor mask) {
    Tensor losses = valueLosses(values, oldValues, returns);
    return Masked.mean(losses, mask.to(losses.dtype()));
  }

  /**
   * Mean entropy of the action distributions that count.
   *
   * @param logits {@code [n, t, actions]}
   * @param mask {@code [n, t]}
   */
  public static Tensor entropy(Tensor logits, Tensor mask) {
    Tensor logp = logits.logSoftmax();
    Tensor each = logp.exp().mul(logp).sum(false, -1).neg();
    return Masked.mean(each, mask.to(each.dtype()));
  }
}
