package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** Position of the first smallest value along an axis, as {@code I64}. */
public final class ArgminOp extends Op<Integer> {

  /** The only instance. */
  public static final ArgminOp INSTANCE = new ArgminOp();

  private ArgminOp() {
    super(OpSpec.named("argmin").inputs("x").notDifferentiable("positions have no gradient"));
  }

  @Override
  public void infer(Inference i, Integer axis) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    Shape in = i.shape(0);
    i.requireAxis(axis, in);
    i.require(
        in.dim(axis) > 0, () -> "axis " + axis + " of " + in + " is empty and has no argmin.");
    i.output(in.without(axis), DType.I64);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1).distinct(0.1, 3, 7).build(),
        s.sample(0).distinct(0.1, 4, 5, 2).build(),
        s.sample(1).distinct(0.1, 2, 67).build(),
        s.sample(1).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(0)
            .uniform(0, 3)
            .fails(ShapeException.class, "argmin: axis 0 of [0, 3] is empty and has no argmin."));
  }
}
