package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/** Squared error {@code (x - target)^2}, reduced. */
public final class MseLossOp extends PairLossOp<Reduction> {

  /** The only instance. */
  public static final MseLossOp INSTANCE = new MseLossOp();

  private MseLossOp() {
    super("mse_loss");
  }

  @Override
  Reduction reduction(Reduction a) {
    return a;
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Reduction a) {
    return x.sub(target).square();
  }

  @Override
  Reduction sampleAttrs(Reduction reduction) {
    return reduction;
  }
}
