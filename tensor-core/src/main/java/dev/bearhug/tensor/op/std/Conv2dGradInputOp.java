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
 * Gradient of {@link Conv2dOp} with respect to x, from {@code gy[n, out, rows, columns]} and the
 * weight {@code [out, channels / groups, kh, kw]}. Forward it is the transposed convolution.
 */
public final class Conv2dGradInputOp extends Op<Conv2dGradInputOp.Attrs> {

  /** The only instance. */
  public static final Conv2dGradInputOp INSTANCE = new Conv2dGradInputOp();

  /**
   * The convolution.
   *
   * @param height height of x
   * @param width width of x
   * @param conv how the kernel moved
   */
  public record Attrs(long height, long width, Conv2dOp.Attrs conv) {}

  private Conv2dGradInputOp() {
    super(
        OpSpec.named("conv2d_grad_input")
            .inputs("gy", "weight")
            .outputs("gx")
            .savesInputs("gy", "weight"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("gy");
    i.requireSameDType("gy", "weight");
    Shape gy = i.shape("gy");
    Shape w = i.shape("weight");
    Conv2dOp.check(i, a.conv(), gy, w);
    Shape gx = Shape.of(gy.dim(0), i.product(w.dim(1), a.conv().groups()), a.height(), a.width());
    i.requireShape(
        "gy",
        Conv2dOp.output(i, a.conv(), gx, w),
        "it is the result of a convolution of " + gx + " with " + w);
    i.output(gx, i.dtype("gy"));
  }

  /** The columns of the gradient, added to where each was read. */
  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor g = in[0];
    Tensor w = in[1];
    if (g.dtype().bytes() == 2) {
      return Conv2dOp.single(this, a, in);
    }
    Conv2dOp.Axis rows = a.conv().rows();
    Conv2dOp.Axis columns = a.conv().columns();
    long groups = a.conv().groups();
    long n = g.dim(0);
    long channels = w.dim(1) * groups;
    Tensor windows =
        w.reshape(groups, w.dim(0) / groups, w.dim(1) * w.dim(2) * w.dim(3))
            .transpose(1, 2)
            .matmul(g.reshape(n, groups, w.dim(0) / groups, g.dim(2) * g.dim(3)))
            .reshape(n, channels, w.dim(2), w.dim(3), g.dim(2), g.dim(3))
            .permute(0, 1, 4, 5, 2, 3);
    long rowExtent = rows.extent(w.dim(2));
    long columnExtent = columns.extent(w.dim(3));
    windows = spread(windows, 5, columnExtent, columns.dilation());
    windows = spread(windows, 4, rowExtent, rows.dilation());
    Shape padded =
        Shape.of(
            n,
            channels,
            a.height() + rows.before() + rows.after(),
            a.width() + columns.before() + columns.after());
    Shape halfway = Shape.of(n, channels, g.dim(2), padded.dim(3), rowExtent);
    windows = join(windows, halfway, new UnfoldOp.Attrs(3, columnExtent, columns.stride()));
    windows = join(windows, padded, new UnfoldOp.Attrs(2, rowExtent, rows.stride()));
    return new Tensor[] {
      windows
          .slice(2, rows.before(), rows.before() + a.height())
          .slice(3, columns.before(), columns.before() + a.width())
          .contiguous()
    };
  }

  private static Tensor spread(Tensor t, int axis, long extent, long dilation) {
    SliceOp.Attrs range = new SliceOp.Attrs(axis, 0, extent, dilation);
    return Dispatcher.call(
        SliceGradOp.INSTANCE, new SliceGradOp.Attrs(t.shape().with(axis, extent), range), t);
  }

  private static Tensor join(Tensor windows, Shape shape, UnfoldOp.Attrs how) {
    return Dispatcher.call(UnfoldGradOp.INSTANCE, new UnfoldGradOp.Attrs(shape, how), windows);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Shape w = v.inputShape("weight");
    return Vjp.grads(
        v.needs("gy")
            ? Dispatcher.call(Conv2dOp.INSTANCE, a.conv(), v.grad(), v.input("weight"), null)
            : null,
        v.needs("weight")
            ? Dispatcher.call(
                Conv2dGradWeightOp.INSTANCE,
                new Conv2dGradWeightOp.Attrs(w.dim(2), w.dim(3), a.conv()),
                v.grad(),
                v.input("gy"))
            : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Conv2dOp.Axis valid = Conv2dOp.Axis.VALID;
    return Stream.of(
        s.sample(
                new Attrs(
                    6,
                    7,
                    new Conv2dOp.Attrs(Conv2dOp.Axis.of(1, 1, 1), Conv2dOp.Axis.of(2, 0, 1), 1)))
            .uniform(2, 4, 6, 3)
            .uniform(4, 3, 3, 2)
            .build(),
        s.sample(new Attrs(1, 13, new Conv2dOp.Attrs(valid, Conv2dOp.Axis.of(2, 2, 1), 2)))
            .uniform(1, 6, 1, 7)
            .uniform(6, 2, 1, 5)
            .build(),
        s.sample(
                new Attrs(
                    5,
                    4,
                    new Conv2dOp.Attrs(Conv2dOp.Axis.same(2, 3), Conv2dOp.Axis.same(4, 1), 2)))
            .uniform(2, 2, 5, 4)
            .uniform(2, 1, 2, 4)
            .build(),
        s.sample(new Attrs(4, 5, new Conv2dOp.Attrs(valid, valid, 1)))
            .uniform(2, 2, 4, 5)
            .uniform(2, 3, 1, 1)
            .build(),
        s.sample(new Attrs(4, 5, new Conv2dOp.Attrs(valid, valid, 1)))
            .uniform(0, 2, 3, 4)
            .uniform(2, 3, 2, 2)
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    Conv2dOp.Axis valid = Conv2dOp.Axis.VALID;
    return List.of(
        s.sample(new Attrs(4, 5, new Conv2dOp.Attrs(valid, valid, 1)))
            .uniform(2, 2, 3, 3)
            .uniform(2, 3, 2, 2)
            .fails(
                ShapeException.class,
                "conv2d_grad_input: gy is [2, 2, 3, 3] but must be [2, 2, 3, 4]: it is the result of"
                    + " a convolution of [2, 3, 4, 5] with [2, 3, 2, 2]."));
  }
}
