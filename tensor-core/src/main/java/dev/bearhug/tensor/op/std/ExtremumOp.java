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

/** Largest or smallest value along an axis; at ties the gradient goes to the first. */
public final class ExtremumOp extends Op<ExtremumOp.Attrs> {

  /** Largest value. */
  public static final ExtremumOp MAX = new ExtremumOp("max", false);

  /** Smallest value. */
  public static final ExtremumOp MIN = new ExtremumOp("min", true);

  /**
   * The axis.
   *
   * @param axis non-negative axis
   * @param keepDims whether it stays with size 1
   */
  public record Attrs(int axis, boolean keepDims) {}

  private final boolean smallest;

  private ExtremumOp(String name, boolean smallest) {
    super(OpSpec.named(name).inputs("x").savesInputs("x"));
    this.smallest = smallest;
  }

  /** Whether this is the minimum. */
  public boolean isSmallest() {
    return smallest;
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    Shape in = i.shape(0);
    i.requireAxis(a.axis(), in);
    i.require(
        in.dim(a.axis()) > 0,
        () -> "axis " + a.axis() + " of " + in + " is empty and has no " + name() + ".");
    i.output(a.keepDims() ? in.with(a.axis(), 1) : in.without(a.axis()), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor x = v.input("x");
    Tensor first = (smallest ? x.argmin(a.axis()) : x.argmax(a.axis())).unsqueeze(a.axis());
    Tensor g = a.keepDims() ? v.grad() : v.grad().unsqueeze(a.axis());
    return Vjp.grads(
        Dispatcher.call(
            ScatterAddOp.INSTANCE, a.axis(), Tensor.zerosLike(x), first, g.contiguous()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(1, true)).distinct(0.1, 3, 7).build(),
        s.sample(new Attrs(0, false)).distinct(0.1, 4, 5).build(),
        s.sample(new Attrs(2, false)).distinct(0.1, 2, 3, 33).build(),
        s.sample(new Attrs(1, false)).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1, false))
            .uniform(3, 0)
            .fails(
                ShapeException.class,
                name() + ": axis 1 of [3, 0] is empty and has no " + name() + "."));
  }
}
