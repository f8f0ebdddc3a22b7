package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Direct preference optimisation (Rafailov et al., 2023): {@code -log sigmoid(beta m)} with the
 * lead {@code m = (policy_chosen - policy_rejected) - (reference_chosen - reference_rejected)} in
 * log-probability; with label smoothing s the conservative form {@code -(1 - s) log sigmoid(beta m)
 * - s log sigmoid(-beta m)}; or IPO (Azar et al., 2023): {@code (m - 1 / (2 beta))^2}.
 *
 * @param beta strength of the tie to the reference
 * @param labelSmoothing share of pairs taken to be labelled the wrong way round
 * @param ipo whether the loss is that of IPO
 * @param referenceFree whether the reference counts as indifferent
 */
public record DirectPreference(
    double beta, double labelSmoothing, boolean ipo, boolean referenceFree) {

  /** The plain loss. */
  public DirectPreference(double beta) {
    this(beta, 0, false, false);
  }

  /**
   * Loss of every pair {@code [n]} from log-probabilities {@code [n]} of whole answers; see {@link
   * LanguageModel#logProbabilities}.
   */
  public Tensor losses(
      Tensor policyChosen,
      Tensor policyRejected,
      Tensor referenceChosen,
      Tensor referenceRejected) {
    Tensor lead = policyChosen.sub(policyRejected);
    if (!referenceFree) {
      lead = lead.sub(referenceChosen.sub(referenceRejected));
    }
    if (ipo) {
      return lead.sub(1 / (2 * beta)).square();
    }
    Tensor loss = lead.mul(-beta).softplus();
    return labelSmoothing == 0
        ? loss
        : loss.mul(1 - labelSmoothing).add(lead.mul(beta).softplus().mul(labelSmoothing));
  }

  /** Implied reward {@code beta (policy - reference)} of answers {@code [n]}, without gradient. */
  public Tensor rewards(Tensor policy, Tensor reference) {
    return policy.detach().sub(reference.detach()).mul(beta);
  }
}
