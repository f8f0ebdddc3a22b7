package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Sum of the squares of all elements, accumulated and returned in double precision: norms of
 * gradients over millions of parameters.
 */
public final class SumOfSquaresOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final SumOfSquaresOp INSTANCE = new SumOfSquaresOp();

  private SumOfSquaresOp() {
    super(OpSpec.named("sum_of_squares").inputs("x").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireFloating("x");
    i.output(Shape.scalar(), DType.F64);
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    return new Tensor[] {in[0].to(DType.F64).square().sum()};
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(3, 67).build(),
        s.sample().uniform(2, 3, 5).build(),
        s.sample().uniform(0).build());
  }
}
