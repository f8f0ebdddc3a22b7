package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.RmsNormOp;

/**
 * Root mean square normalisation over the last axis with a learned weight (Zhang and Sennrich,
 * 2019).
 */
public final class RmsNorm extends Layer {

  private final Parameter weight;
  private final RmsNormOp.Attrs attrs;

  /**
   * A layer that starts as plain normalisation.
   *
   * @param size of the last axis
   * @param eps added to the mean square
   */
  public RmsNorm(long size, double eps, Params params) {
    this(size, eps, false, params);
  }

  /**
   * A layer that starts as plain normalisation.
   *
   * @param unitOffset whether the factor is {@code 1 + weight}, as in Gemma
   */
  public RmsNorm(long size, double eps, boolean unitOffset, Params params) {
    super(params);
    attrs = new RmsNormOp.Attrs(eps, unitOffset);
    weight = own(params.get("weight", Shape.of(size), Initializer.constant(unitOffset ? 0 : 1)));
  }

  /** x {@code [..., size]} to the same shape. */
  public Tensor forward(Tensor x) {
    return call(() -> Dispatcher.call(RmsNormOp.INSTANCE, attrs, x, weight.tensor()));
  }
}
