package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/** Absolute error {@code |x - target|}, reduced; the gradient is 0 where both are equal. */
public final class L1LossOp extends PairLossOp<Reduction> {

  /** The only instance. */
  public static final L1LossOp INSTANCE = new L1LossOp();

  private L1LossOp() {
    super("l1_loss");
  }

  @Override
  Reduction reduction(Reduction a) {
    return a;
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Reduction a) {
    return x.sub(target).abs();
  }

  @Override
  Reduction sampleAttrs(Reduction reduction) {
    return reduction;
  }
}
