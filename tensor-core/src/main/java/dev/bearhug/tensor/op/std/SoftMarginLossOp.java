package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/**
 * Logistic loss of scores with targets 1 and -1: {@code log(1 + e^(-target x))}, reduced; never
 * overflows.
 */
public final class SoftMarginLossOp extends PairLossOp<Reduction> {

  /** The only instance. */
  public static final SoftMarginLossOp INSTANCE = new SoftMarginLossOp();

  private SoftMarginLossOp() {
    super("soft_margin_loss");
  }

  @Override
  Reduction reduction(Reduction a) {
    return a;
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Reduction a) {
    return target.mul(x).neg().softplus();
  }

  @Override
  Reduction sampleAttrs(Reduction reduction) {
    return reduction;
  }
}
