package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/** Statistics over the elements where a mask is 1; masks have the shape and type of the values. */
final class Masked {

  private Masked() {}

  static Tensor mean(Tensor x, Tensor mask) {
    return x.mul(mask).sum().div(mask.sum());
  }

  /**
   * Values with unbiased variance 1 over the masked elements, 1e-8 added to it, and mean 0 unless
   * their mean is kept.
   */
  static Tensor whiten(Tensor x, Tensor mask, boolean keepMean) {
    Tensor mean = mean(x, mask);
    Tensor centred = x.sub(mean);
    Tensor n = mask.sum();
    Tensor variance = mean(centred.square(), mask).mul(n.div(n.sub(1)));
    Tensor white = centred.mul(variance.add(1e-8).rsqrt());
    return keepMean ? white.add(mean) : white;
  }
}
