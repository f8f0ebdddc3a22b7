package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
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
 * Largest or smallest value over axes; not-a-number wins. Equal extrema share the gradient equally,
 * unlike in {@link ExtremumOp}, where the first takes all.
 */
public final class AmaxOp extends Op<Axes> {

  /** Largest value. */
  public static final AmaxOp MAX = new AmaxOp("amax", false);

  /** Smallest value. */
  public static final AmaxOp MIN = new AmaxOp("amin", true);

  private final boolean smallest;

  private AmaxOp(String name, boolean smallest) {
    super(OpSpec.named(name).inputs("x").savesInputs("x").savesOutputs("y"));
    this.smallest = smallest;
  }

  /** Whether this is the minimum. */
  public boolean isSmallest() {
    return smallest;
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    Shape in = i.shape(0);
    i.require(
        a.count(in) > 0,
        () -> "axes " + a.axes() + " of " + in + " hold no elements and have no " + name() + ".");
    i.output(a.result(in), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Axes a) {
    Tensor x = v.input("x");
    Tensor ties = x.eq(a.keep(v.output("y"), x.shape())).to(v.grad().dtype());
    Tensor share = a.keep(v.grad(), x.shape()).div(ties.sum(true, a.toArray()));
    return Vjp.grads(ties.mul(share));
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return ReductionSamples.of(s, a -> a, (b, shape) -> b.distinct(0.1, shape));
  }

  @Override
  public List<ErrorSample<Axes>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Axes(List.of(0, 1), false))
            .uniform(3, 0)
            .fails(
                ShapeException.class,
                name() + ": axes [0, 1] of [3, 0] hold no elements and have no " + name() + "."));
  }
}
