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

/** Zeros of a shape to which the windows that {@link UnfoldOp} took from it are added. */
public final class UnfoldGradOp extends Op<UnfoldGradOp.Attrs> {

  /** The only instance. */
  public static final UnfoldGradOp INSTANCE = new UnfoldGradOp();

  /**
   * Where the windows belong.
   *
   * @param shape shape of the result
   * @param windows how they were taken
   */
  public record Attrs(Shape shape, UnfoldOp.Attrs windows) {}

  private UnfoldGradOp() {
    super(OpSpec.named("unfold_grad").inputs("gy").outputs("gx"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("gy");
    UnfoldOp.Attrs w = a.windows();
    i.requireShape(
        "gy",
        Layout.contiguous(a.shape()).unfold(w.axis(), w.size(), w.step()).shape(),
        "a gradient has the shape of its value");
    i.output(a.shape(), i.dtype(0));
  }

  /** One strided range per position inside of the windows. */
  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    UnfoldOp.Attrs w = a.windows();
    Tensor sum = Tensor.full(a.shape(), 0, in[0].dtype(), in[0].device());
    long windows = in[0].dim(w.axis());
    for (long j = 0; j < w.size(); j++) {
      SliceOp.Attrs range =
          new SliceOp.Attrs(w.axis(), j, j + (windows - 1) * w.step() + 1, w.step());
      sum =
          sum.add(
              Dispatcher.call(
                  SliceGradOp.INSTANCE,
                  new SliceGradOp.Attrs(a.shape(), range),
                  in[0].select(-1, j)));
    }
    return new Tensor[] {sum};
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(Dispatcher.call(UnfoldOp.INSTANCE, a.windows(), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(Shape.of(2, 9, 2), new UnfoldOp.Attrs(1, 3, 2)))
            .uniform(2, 4, 2, 3)
            .build(),
        s.sample(new Attrs(Shape.of(5), new UnfoldOp.Attrs(0, 2, 1))).uniform(4, 2).build(),
        s.sample(new Attrs(Shape.of(3, 17), new UnfoldOp.Attrs(1, 4, 5))).uniform(3, 3, 4).build(),
        s.sample(new Attrs(Shape.of(0, 3), new UnfoldOp.Attrs(1, 2, 1))).uniform(0, 2, 2).build());
  }
}
