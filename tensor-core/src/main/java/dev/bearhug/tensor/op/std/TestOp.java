package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.function.DoublePredicate;
import java.util.stream.Stream;

/** A question to every element of a tensor of any type, giving truth values. */
public final class TestOp extends Op<NoAttrs> {

  private final DoublePredicate test;

  TestOp(String name, DoublePredicate test) {
    super(OpSpec.named(name).inputs("x").notDifferentiable("truth values have no gradient"));
    this.test = test;
  }

  /** The question to one value. */
  public DoublePredicate test() {
    return test;
  }

  /** The answers for all elements of a tensor. */
  public Tensor apply(Tensor x) {
    return Dispatcher.call(this, NoAttrs.NONE, x);
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.output(i.shape(0), DType.BOOL);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    double inf = Double.POSITIVE_INFINITY;
    return Stream.of(
        s.sample().constants(new double[] {0, 1, -inf, inf, Double.NaN, -0.0, 3, -2}, 2, 4).build(),
        s.sample().bools(3, 5).build(),
        s.sample().integers(DType.I64, 2, 33).build(),
        s.sample().constant(-1, 1, 0, 2).build());
  }
}
