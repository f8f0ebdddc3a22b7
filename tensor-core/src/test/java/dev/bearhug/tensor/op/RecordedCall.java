package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** What a gradient rule sees of a call, without a tape: saves only what the op declares. */
final class RecordedCall implements Vjp.Record {

  private final Tensor[] inputs;
  private final Tensor[] outputs;
  private final Tensor cotangent;
  private final List<SampleInput> samples;

  RecordedCall(Tensor[] inputs, Tensor[] outputs, Tensor cotangent, List<SampleInput> samples) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.cotangent = cotangent;
    this.samples = samples;
  }

  @Override
  public Tensor grad(int i) {
    return i == 0 ? cotangent : null;
  }

  @Override
  public Tensor input(int i) {
    return inputs[i];
  }

  @Override
  public Tensor output(int i) {
    return outputs[i];
  }

  @Override
  public boolean needs(int i) {
    return samples.get(i) != null && samples.get(i).differentiable();
  }

  @Override
  public Shape inputShape(int i) {
    return inputs[i] == null ? null : inputs[i].shape();
  }

  @Override
  public DType inputDType(int i) {
    return inputs[i] == null ? null : inputs[i].dtype();
  }

  @Override
  public int inputs() {
    return inputs.length;
  }

  /** A gradient summed over broadcast axes, as the engine of autograd does it. */
  static Tensor fit(Tensor gradient, Tensor input) {
    Shape shape = input.shape();
    if (gradient.shape().equals(shape)) {
      return gradient.to(input.dtype());
    }
    int extra = gradient.rank() - shape.rank();
    int[] axes = new int[gradient.rank()];
    int n = 0;
    for (int i = 0; i < axes.length; i++) {
      if (i < extra || shape.dim(i - extra) == 1 && gradient.dim(i) != 1) {
        axes[n++] = i;
      }
    }
    return gradient.sum(true, Arrays.copyOf(axes, n)).reshape(shape.dims()).to(input.dtype());
  }
}
