package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
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
 * Sum over axes. Long sums are accumulated in blocks or in double so that they keep their
 * precision.
 */
public final class SumOp extends Op<Axes> {

  /** The only instance. */
  public static final SumOp INSTANCE = new SumOp();

  private SumOp() {
    super(OpSpec.named("sum").inputs("x").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    i.output(a.result(i.shape(0)), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Axes a) {
    Shape in = v.inputShape("x");
    return Vjp.grads(v.grad().reshape(a.kept(in).dims()).expand(in.dims()));
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Axes(List.of(0, 1), false)).uniform(3, 5).build(),
        s.sample(new Axes(List.of(1), true)).uniform(2, 3, 4).build(),
        s.sample(new Axes(List.of(0), false)).uniform(5, 67).build(),
        s.sample(new Axes(List.of(0, 2), false)).uniform(2, 3, 4).build(),
        s.sample(new Axes(List.of(1), false)).uniform(7, 33).build(),
        s.sample(new Axes(List.of(0), false)).uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<Axes>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Axes(List.of(0), false))
            .bools(3)
            .fails(
                DTypeException.class,
                "sum: x is BOOL but must be one of [F32, F64, BF16, F16, I32, I64]. Convert it with to(...)."),
        s.sample(new Axes(List.of(2), false))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "shape: axis 2 does not exist in [2, 3] of rank 2.\n  Axes count from 0, or from -1 at the end."));
  }
}
