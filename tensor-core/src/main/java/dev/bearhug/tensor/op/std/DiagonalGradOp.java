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

/** Zeros of a shape with values on the diagonal that {@link DiagonalOp} takes from it. */
public final class DiagonalGradOp extends Op<DiagonalGradOp.Attrs> {

  /** The only instance. */
  public static final DiagonalGradOp INSTANCE = new DiagonalGradOp();

  /**
   * Where the values belong.
   *
   * @param shape shape of the result
   * @param diagonal the diagonal
   */
  public record Attrs(Shape shape, DiagonalOp.Attrs diagonal) {

    /** The diagonal of a layout of this shape. */
    public Layout of(Layout layout) {
      return layout.diagonal(diagonal.diagonal(), diagonal.axis1(), diagonal.axis2());
    }
  }

  private DiagonalGradOp() {
    super(OpSpec.named("diagonal_grad").inputs("gy").outputs("gx"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("gy");
    i.requireShape(
        "gy", a.of(Layout.contiguous(a.shape())).shape(), "a gradient has the shape of its value");
    i.output(a.shape(), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(Dispatcher.call(DiagonalOp.INSTANCE, a.diagonal(), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(Shape.of(4, 4), new DiagonalOp.Attrs(0, 0, 1))).uniform(4).build(),
        s.sample(new Attrs(Shape.of(3, 2, 5), new DiagonalOp.Attrs(1, 0, 2))).uniform(2, 3).build(),
        s.sample(new Attrs(Shape.of(3, 4), new DiagonalOp.Attrs(7, 0, 1))).uniform(0).build());
  }
}
