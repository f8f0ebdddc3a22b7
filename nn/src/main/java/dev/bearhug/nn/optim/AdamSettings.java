package dev.bearhug.nn.optim;

import dev.bearhug.tensor.op.std.AdamWOp;

/**
 * The constants of {@link Adam} and {@link AdamW}.
 *
 * @param beta1 decay of the mean of the gradients, from 0 to below 1
 * @param beta2 decay of the mean of the squared gradients, from 0 to below 1
 * @param eps added to the root of the second mean, finite and not negative
 * @param amsgrad whether the largest second mean so far is used instead of the present one (Reddi
 *     et al., <a href="https://openreview.net/forum?id=ryQu7f-RZ">On the convergence of Adam and
 *     beyond</a>, 2018)
 */
public record AdamSettings(double beta1, double beta2, double eps, boolean amsgrad) {

  /** The usual constants: 0.9, 0.999, 1e-8, without amsgrad. */
  public static final AdamSettings DEFAULT = new AdamSettings(0.9, 0.999, 1e-8, false);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public AdamSettings {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "adam: beta1 and beta2 must be at least 0 and below 1, got "
              + beta1
              + " and "
              + beta2
              + ".");
    }
    if (!(eps >= 0) || Double.isInfinite(eps)) {
      throw new IllegalArgumentException(
          "adam: eps must be finite and not negative, got " + eps + ".");
    }
  }

  /** Returns the numbers of a step whose weight decay is decoupled. */
  AdamWOp.Attrs step(ParamUpdate update) {
    return AdamWOp.Attrs.atStep(
        update.state().steps(),
        update.rate(),
        beta1,
        beta2,
        eps,
        update.weightDecay(),
        update.gradScale());
  }
}
