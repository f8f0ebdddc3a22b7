package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
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
 * Largest element of each window of {@code x[n, channels, height, width]} and its position {@code
 * row * width + column} in x. Of equal elements the first one counts and takes the gradient.
 */
public final class MaxPool2dOp extends Op<MaxPool2dOp.Attrs> {

  /** The only instance. */
  public static final MaxPool2dOp INSTANCE = new MaxPool2dOp();

  /**
   * The windows.
   *
   * @param rows along the height
   * @param columns along the width
   * @param ceil whether a last window may reach beyond the padded input
   */
  public record Attrs(PoolWindow rows, PoolWindow columns, boolean ceil) {}

  private MaxPool2dOp() {
    super(
        OpSpec.named("max_pool2d").inputs("x").outputs("y", "positions").savesOutputs("positions"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    PoolWindow.check(i, a.rows(), a.columns(), a.ceil());
    Shape y = PoolWindow.output(i.shape("x"), a.rows(), a.columns(), a.ceil());
    i.output(y, i.dtype("x"));
    i.output(y, DType.I64);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor windows =
        PoolWindow.windows(x, a.rows(), a.columns(), a.ceil(), Double.NEGATIVE_INFINITY);
    Tensor numbers =
        PoolWindow.windows(
            Tensor.arange(x.dim(2) * x.dim(3), x.device()).reshape(1, 1, x.dim(2), x.dim(3)),
            a.rows(),
            a.columns(),
            a.ceil(),
            0);
    Tensor flat = flat(windows, x.dim(0), x.dim(1));
    Tensor best = flat.argmax(-1).unsqueeze(-1);
    return new Tensor[] {
      flat.gather(-1, best).squeeze(-1),
      flat(numbers, 1, 1).expand(flat.shape().dims()).gather(-1, best).squeeze(-1)
    };
  }

  private static Tensor flat(Tensor windows, long n, long channels) {
    return windows.reshape(
        n, channels, windows.dim(2), windows.dim(3), windows.dim(4) * windows.dim(5));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Shape x = v.inputShape("x");
    Tensor g = v.grad();
    long windows = g.dim(2) * g.dim(3);
    Tensor zeros =
        Tensor.scalar(0, g.dtype(), g.device()).expand(x.dim(0), x.dim(1), x.dim(2) * x.dim(3));
    return Vjp.grads(
        Dispatcher.call(
                ScatterAddOp.INSTANCE,
                2,
                zeros,
                v.output("positions").reshape(x.dim(0), x.dim(1), windows),
                g.reshape(x.dim(0), x.dim(1), windows))
            .reshape(x.dims()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(PoolWindow.of(1, 1, 0), PoolWindow.of(3, 2, 1), false))
            .distinct(0.1, 2, 3, 1, 9)
            .build(),
        s.sample(new Attrs(PoolWindow.of(3, 2, 1), PoolWindow.of(2, 1, 0), false))
            .distinct(0.1, 2, 1, 5, 4)
            .build(),
        s.sample(new Attrs(new PoolWindow(2, 2, 1, 2), PoolWindow.of(2, 3, 0), true))
            .distinct(0.1, 1, 2, 6, 6)
            .build(),
        s.sample(new Attrs(PoolWindow.of(2, 2, 0), PoolWindow.of(2, 2, 0), false))
            .distinct(0.1, 0, 2, 4, 4)
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(PoolWindow.of(2, 1, 2), PoolWindow.of(2, 1, 0), false))
            .uniform(1, 1, 4, 4)
            .fails(
                ShapeException.class,
                "max_pool2d: padding must be at least 0 and at most half of the kernel:"
                    + " PoolWindow[kernel=2, stride=1, padding=2, dilation=1]."),
        s.sample(new Attrs(PoolWindow.of(5, 1, 0), PoolWindow.of(2, 1, 0), false))
            .uniform(1, 1, 4, 4)
            .fails(
                ShapeException.class,
                "max_pool2d: a window of 5 x 2 does not fit x [1, 1, 4, 4]. Pad more, or use a"
                    + " smaller window."),
        s.sample(new Attrs(PoolWindow.of(0, 1, 0), PoolWindow.of(2, 1, 0), false))
            .uniform(1, 1, 4, 4)
            .fails(
                ShapeException.class,
                "max_pool2d: kernel, stride and dilation must be at least 1: PoolWindow[kernel=0,"
                    + " stride=1, padding=0, dilation=1]."));
  }
}
