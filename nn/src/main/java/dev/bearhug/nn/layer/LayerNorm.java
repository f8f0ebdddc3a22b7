package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** Layer normalisation over the last axis with learned weight and bias (Ba et al., 2016). */
public final class LayerNorm extends Layer {

  private final Parameter weight;
  private final Parameter bias;
  private final double eps;

  /**
   * A layer that starts as plain normalisation.
   *
   * @param size of the last axis
   * @param eps added to the variance
   */
  public LayerNorm(long size, double eps, Params params) {
    super(params);
    this.eps = eps;
    weight = own(params.get("weight", Shape.of(size), Initializer.ones()));
    bias = own(params.get("bias", Shape.of(size), Initializer.zeros()));
  }

  /** x {@code [..., size]} to the same shape. */
  public Tensor forward(Tensor x) {
    return call(() -> x.layerNorm(weight.tensor(), bias.tensor(), eps));
  }

  /**
   * The norm of {@code dropout(x) + residual} in one pass, the end of a sub-layer with the norm
   * behind the sum.
   *
   * @param x {@code [..., size]}
   * @param residual of the shape of x
   * @param dropout the layer whose rate applies to x
   * @return of the shape and type of x
   */
  public Tensor forward(Tensor x, Tensor residual, Dropout dropout) {
    return call(
        () -> x.dropoutAddLayerNorm(residual, weight.tensor(), bias.tensor(), eps, dropout.rate()));
  }
}
