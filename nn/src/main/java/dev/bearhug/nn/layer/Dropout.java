package dev.bearhug.nn.layer;

import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;

/**
 * Sets elements to zero with a probability while training and scales the rest up (Srivastava et
 * al., 2014).
 */
public final class Dropout extends Layer {

  private final double rate;

  /**
   * A layer without parameters.
   *
   * @param rate probability of zero, in {@code [0, 1)}
   */
  public Dropout(double rate, Params params) {
    super(params);
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "dropout " + params.path() + ": the rate must be in [0, 1), this is " + rate + ".");
    }
    this.rate = rate;
  }

  /** The rate in force: 0 unless training. */
  public double rate() {
    return isTraining() ? rate : 0;
  }

  /** x of any shape to the same shape. */
  public Tensor forward(Tensor x) {
    return rate() == 0 ? x : call(() -> x.dropout(rate));
  }
}
