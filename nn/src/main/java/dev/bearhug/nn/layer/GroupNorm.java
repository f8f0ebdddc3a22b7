package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.GroupNormOp;

/**
 * Group normalisation of x {@code [n, channels, ...]} with learned weight and bias per channel (Wu
 * and He, 2018); as many groups as channels are instance normalisation.
 */
public final class GroupNorm extends Layer {

  private final Parameter weight;
  private final Parameter bias;
  private final GroupNormOp.Attrs attrs;

  /**
   * A layer that starts as plain normalisation.
   *
   * @param groups number of groups, divides the number of channels
   * @param channels size of axis 1
   * @param eps added to the variance
   */
  public GroupNorm(long groups, long channels, double eps, Params params) {
    super(params);
    attrs = new GroupNormOp.Attrs(groups, eps);
    weight = own(params.get("weight", Shape.of(channels), Initializer.constant(1)));
    bias = own(params.get("bias", Shape.of(channels), Initializer.constant(0)));
  }

  /** x {@code [n, channels, ...]} to the same shape. */
  public Tensor forward(Tensor x) {
    return call(
        () -> Dispatcher.call(GroupNormOp.INSTANCE, attrs, x, weight.tensor(), bias.tensor()));
  }
}
