package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/**
 * Huber's loss (1964), with {@code d = |x - target|}: {@code d^2 / 2} where {@code d < delta}, else
 * {@code delta (d - delta / 2)}.
 */
public final class HuberLossOp extends PairLossOp<HuberLossOp.Attrs> {

  /** The only instance. */
  public static final HuberLossOp INSTANCE = new HuberLossOp();

  /**
   * Options.
   *
   * @param delta where the parabola ends, above 0
   * @param reduction of the single losses
   */
  public record Attrs(double delta, Reduction reduction) {

    /**
     * Checks delta.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public Attrs {
      if (!(delta > 0)) {
        throw new IllegalArgumentException(
            "huber_loss: delta is " + delta + " but must be above 0.");
      }
    }
  }

  private HuberLossOp() {
    super("huber_loss");
  }

  @Override
  Reduction reduction(Attrs a) {
    return a.reduction();
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Attrs a) {
    Tensor d = x.sub(target).abs();
    Tensor near = d.clamp(0, a.delta());
    return near.square().mul(0.5).add(d.sub(near).mul(a.delta()));
  }

  @Override
  Attrs sampleAttrs(Reduction reduction) {
    return new Attrs(0.7, reduction);
  }
}
