package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** {@code y = x · weightᵀ + bias}; weight {@code [out, in]}, bias {@code [out]}. */
public final class Linear extends Layer {

  private final Parameter weight;
  private final Parameter bias;

  /**
   * A layer with bias.
   *
   * @param in size of the last axis of x
   * @param out size of the last axis of y
   * @param init first values of the weight; the bias starts at 0
   */
  public Linear(long in, long out, Initializer init, Params params) {
    this(in, out, true, init, params);
  }

  /** A layer with or without bias. */
  public Linear(long in, long out, boolean hasBias, Initializer init, Params params) {
    super(params);
    weight = own(params.get("weight", Shape.of(out, in), init));
    bias = hasBias ? own(params.get("bias", Shape.of(out), Initializer.zeros())) : null;
  }

  /** x {@code [..., in]} to y {@code [..., out]}. */
  public Tensor forward(Tensor x) {
    return call(() -> x.linear(weight.tensor(), bias == null ? null : bias.tensor()));
  }

  /** x {@code [..., in]} to f(y) {@code [..., out]}, with an activation function f. */
  public Tensor forward(Tensor x, Activation f) {
    return call(() -> f.linear(x, weight.tensor(), bias == null ? null : bias.tensor()));
  }

  /** The weight. */
  public Parameter weight() {
    return weight;
  }

  /** The bias, or null. */
  public Parameter bias() {
    return bias;
  }
}
