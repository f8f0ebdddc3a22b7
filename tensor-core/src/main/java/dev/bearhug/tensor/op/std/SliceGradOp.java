package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/** Zeros of a shape with a gradient placed where {@link SliceOp} took it from. */
public final class SliceGradOp extends Op<SliceGradOp.Attrs> {

  /** The only instance. */
  public static final SliceGradOp INSTANCE = new SliceGradOp();

  /**
   * Where to place the gradient.
   *
   * @param shape shape of the result
   * @param slice the range that was taken
   */
  public record Attrs(Shape shape, SliceOp.Attrs slice) {}

  private SliceGradOp() {
    super(OpSpec.named("slice_grad").inputs("gy").outputs("gx"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("gy");
    SliceOp.Attrs s = a.slice();
    Shape taken =
        Layout.contiguous(a.shape()).slice(s.axis(), s.start(), s.end(), s.step()).shape();
    i.requireShape("gy", taken, "a gradient has the shape of its value");
    i.output(a.shape(), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(Dispatcher.call(SliceOp.INSTANCE, a.slice(), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(Shape.of(2, 5, 3), new SliceOp.Attrs(1, 1, 4, 1)))
            .uniform(2, 3, 3)
            .build(),
        s.sample(new Attrs(Shape.of(5, 2), new SliceOp.Attrs(0, 0, 5, 2))).uniform(3, 2).build(),
        s.sample(new Attrs(Shape.of(2, 5), new SliceOp.Attrs(1, 2, 2, 1))).uniform(2, 0).build());
  }
}
