package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/**
 * Smooth absolute error (Girshick, 2015), with {@code d = |x - target|}: {@code d^2 / (2 beta)}
 * where {@code d < beta}, else {@code d - beta / 2}. For {@code beta = 0} the absolute error.
 */
public final class SmoothL1LossOp extends PairLossOp<SmoothL1LossOp.Attrs> {

  /** The only instance. */
  public static final SmoothL1LossOp INSTANCE = new SmoothL1LossOp();

  /**
   * Options.
   *
   * @param beta where the parabola ends, at least 0
   * @param reduction of the single losses
   */
  public record Attrs(double beta, Reduction reduction) {

    /**
     * Checks beta.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Attrs {
      if (!(beta >= 0)) {
        throw new IllegalArgumentException(
            "smooth_l1_loss: beta is " + beta + " but must be at least 0.");
      }
    }
  }

  private SmoothL1LossOp() {
    super("smooth_l1_loss");
  }

  @Override
  Reduction reduction(Attrs a) {
    return a.reduction();
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Attrs a) {
    Tensor d = x.sub(target).abs();
    if (a.beta() == 0) {
      return d;
    }
    Tensor near = d.clamp(0, a.beta());
    return near.square().mul(0.5 / a.beta()).add(d.sub(near));
  }

  @Override
  Attrs sampleAttrs(Reduction reduction) {
    return new Attrs(0.7, reduction);
  }
}
