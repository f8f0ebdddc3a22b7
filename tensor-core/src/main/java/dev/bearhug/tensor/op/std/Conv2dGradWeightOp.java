package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gradient of {@link Conv2dOp} with respect to the weight, from {@code x[n, channels, height,
 * width]} and {@code gy[n, out, rows, columns]}.
 */
public final class Conv2dGradWeightOp extends Op<Conv2dGradWeightOp.Attrs> {

  /** The only instance. */
  public static final Conv2dGradWeightOp INSTANCE = new Conv2dGradWeightOp();

  /**
   * The convolution.
   *
   * @param kernelHeight height of the kernel
   * @param kernelWidth width of the kernel
   * @param conv how it moved
   */
  public record Attrs(long kernelHeight, long kernelWidth, Conv2dOp.Attrs conv) {}

  private Conv2dGradWeightOp() {
    super(
        OpSpec.named("conv2d_grad_weight")
            .inputs("x", "gy")
            .outputs("gweight")
            .savesInputs("x", "gy"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireSameDType("x", "gy");
    Shape x = i.shape("x");
    Shape gy = i.shape("gy");
    long groups = a.conv().groups();
    i.require(
        x.rank() == 4 && gy.rank() == 4 && groups >= 1 && x.dim(1) % groups == 0,
        () -> "groups is " + groups + " but must divide the channels of x " + x + ".");
    Shape w = Shape.of(gy.dim(1), x.dim(1) / groups, a.kernelHeight(), a.kernelWidth());
    Conv2dOp.check(i, a.conv(), x, w);
    i.requireShape(
        "gy",
        Conv2dOp.output(i, a.conv(), x, w),
        "it is the result of a convolution of " + x + " with " + w);
    i.output(w, i.dtype("x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor g = in[1];
    if (x.dtype().bytes() == 2) {
      return Conv2dOp.single(this, a, in);
    }
    long groups = a.conv().groups();
    Tensor columns = Conv2dOp.columns(x, a.kernelHeight(), a.kernelWidth(), a.conv());
    return new Tensor[] {
      g.reshape(g.dim(0), groups, g.dim(1) / groups, g.dim(2) * g.dim(3))
          .matmul(columns.transpose(2, 3))
          .sum(false, 0)
          .reshape(g.dim(1), x.dim(1) / groups, a.kernelHeight(), a.kernelWidth())
    };
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Shape x = v.inputShape("x");
    return Vjp.grads(
        v.needs("x")
            ? Dispatcher.call(
                Conv2dGradInputOp.INSTANCE,
                new Conv2dGradInputOp.Attrs(x.dim(2), x.dim(3), a.conv()),
                v.input("gy"),
                v.grad())
            : null,
        v.needs("gy")
            ? Dispatcher.call(Conv2dOp.INSTANCE, a.conv(), v.input("x"), v.grad(), null)
            : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Conv2dOp.Axis valid = Conv2dOp.Axis.VALID;
    return Stream.of(
        s.sample(
                new Attrs(
                    3,
                    2,
                    new Conv2dOp.Attrs(Conv2dOp.Axis.of(1, 1, 1), Conv2dOp.Axis.of(2, 0, 1), 1)))
            .uniform(2, 3, 6, 7)
            .uniform(2, 4, 6, 3)
            .build(),
        s.sample(
                new Attrs(
                    2,
                    4,
                    new Conv2dOp.Attrs(Conv2dOp.Axis.same(2, 3), Conv2dOp.Axis.same(4, 1), 2)))
            .uniform(2, 2, 5, 4)
            .uniform(2, 2, 5, 4)
            .build(),
        s.sample(new Attrs(1, 1, new Conv2dOp.Attrs(valid, valid, 1)))
            .uniform(2, 3, 4, 5)
            .uniform(2, 2, 4, 5)
            .build(),
        s.sample(new Attrs(2, 2, new Conv2dOp.Attrs(valid, valid, 1)))
            .uniform(0, 3, 4, 5)
            .uniform(0, 2, 3, 4)
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    Conv2dOp.Axis valid = Conv2dOp.Axis.VALID;
    return List.of(
        s.sample(new Attrs(2, 2, new Conv2dOp.Attrs(valid, valid, 2)))
            .uniform(2, 3, 4, 5)
            .uniform(2, 2, 3, 4)
            .fails(
                ShapeException.class,
                "conv2d_grad_weight: groups is 2 but must divide the channels of x [2, 3, 4, 5]."));
  }
}
