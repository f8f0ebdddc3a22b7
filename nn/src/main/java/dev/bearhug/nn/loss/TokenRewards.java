package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Rewards of the tokens of answers: a penalty for leaving the reference model on every token, and
 * the score of the whole answer on its last one.
 *
 * @param penalty how the distance from the reference is measured
 * @param coefficient of the penalty
 */
public record TokenRewards(Penalty penalty, double coefficient) {

  /** A distance from log-probabilities of the policy and the reference. */
  public enum Penalty {
    /** {@code policy - reference}: an estimate of the divergence without bias. */
    DIFFERENCE,
    /** {@code |policy - reference|}. */
    ABSOLUTE,
    /** {@code (policy - reference)^2 / 2}. */
    SQUARE
  }

  /** The distance of every token. */
  public Tensor distance(Tensor logProbs, Tensor referenceLogProbs) {
    Tensor d = logProbs.sub(referenceLogProbs);
    return switch (penalty) {
      case DIFFERENCE -> d;
      case ABSOLUTE -> d.abs();
      case SQUARE -> d.square().mul(0.5);
    };
  }

  /**
   * The rewards {@code [n, t]}.
   *
   * @param logProbs of the tokens under the policy {@code [n, t]}
   * @param referenceLogProbs of the tokens under the reference {@code [n, t]}
   * @param scores of the answers {@code [n]}
   * @param mask 1 for tokens of the answer, else 0 {@code [n, t]}; every row has at least one
   */
  public Tensor of(Tensor logProbs, Tensor referenceLogProbs, Tensor scores, Tensor mask) {
    Tensor costs = distance(logProbs, referenceLogProbs).mul(-coefficient);
    Tensor positions = Tensor.arange(mask.dim(1), mask.device());
    Tensor last = positions.to(costs.dtype()).mul(mask.to(costs.dtype())).argmax(1);
    Tensor atEnd = last.unsqueeze(1).eq(positions).to(costs.dtype());
    return costs.add(atEnd.mul(scores.unsqueeze(1)));
  }
}
