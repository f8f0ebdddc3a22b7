package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/** Number ({@code I64}) of elements over axes that are not zero or false. */
public final class CountNonzeroOp extends Op<Axes> {

  /** The only instance. */
  public static final CountNonzeroOp INSTANCE = new CountNonzeroOp();

  private CountNonzeroOp() {
    super(OpSpec.named("count_nonzero").inputs("x").notDifferentiable("counts have no gradient"));
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.output(a.result(i.shape(0)), DType.I64);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Axes a) {
    Tensor counted = in[0].to(DType.BOOL).to(DType.I64);
    return new Tensor[] {counted.sum(a.keepDims(), a.toArray())};
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return Stream.concat(
        ReductionSamples.of(s, a -> a, (b, shape) -> b.bools(shape)),
        ReductionSamples.of(s, a -> a, (b, shape) -> b.integers(DType.I32, 3, shape)));
  }
}
