package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.StateBuffer;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.BatchNormOp;

/**
 * Batch normalisation of x {@code [n, channels, ...]} with learned weight and bias per channel
 * (Ioffe and Szegedy, 2015). Training normalises with the batch and updates the running statistics,
 * evaluation normalises with those.
 */
public final class BatchNorm extends Layer {

  private final Parameter weight;
  private final Parameter bias;
  private final StateBuffer mean;
  private final StateBuffer variance;
  private final StateBuffer batches;
  private final double momentum;
  private final double eps;

  /**
   * A layer that starts as plain normalisation.
   *
   * @param channels size of axis 1
   * @param momentum share of a batch in the updated statistics; 0 for the mean over all batches
   * @param eps added to the variance
   */
  public BatchNorm(long channels, double momentum, double eps, Params params) {
    super(params);
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "batch norm "
              + params.path()
              + ": momentum is "
              + momentum
              + " but must be in [0, 1]; it is the share of the new batch, usually 0.1.");
    }
    this.momentum = momentum;
    this.eps = eps;
    Shape shape = Shape.of(channels);
    weight = own(params.get("weight", shape, Initializer.constant(1)));
    bias = own(params.get("bias", shape, Initializer.constant(0)));
    mean = own(params.buffer("running_mean", shape, 0, DType.F32));
    variance = own(params.buffer("running_var", shape, 1, DType.F32));
    batches = own(params.buffer("num_batches_tracked", Shape.scalar(), 0, DType.I64));
  }

  /** x {@code [n, channels, ...]} to the same shape. */
  public Tensor forward(Tensor x) {
    return call(
        () -> {
          double seen = isTraining() ? batches.tensor().item() + 1 : 0;
          double share = momentum == 0 && isTraining() ? 1 / seen : momentum;
          Tensor[] out =
              Dispatcher.apply(
                  BatchNormOp.INSTANCE,
                  new BatchNormOp.Attrs(isTraining(), share, eps),
                  x,
                  weight.tensor(),
                  bias.tensor(),
                  mean.tensor(),
                  variance.tensor());
          if (isTraining()) {
            mean.assign(out[1]);
            variance.assign(out[2]);
            batches.tensor().fill(seen);
          }
          return out[0];
        });
  }
}
