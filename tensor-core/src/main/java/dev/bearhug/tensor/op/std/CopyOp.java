package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/** The values in fresh row-major memory, converted to an element type. */
public final class CopyOp extends Op<DType> {

  /** The only instance. */
  public static final CopyOp INSTANCE = new CopyOp();

  private CopyOp() {
    super(OpSpec.named("copy").inputs("x").casts(CastPolicy.KEEP));
  }

  @Override
  public void infer(Inference i, DType target) {
    i.output(i.shape(0), target);
  }

  @Override
  public Tensor[] vjp(Vjp v, DType target) {
    DType source = v.inputDType("x");
    return Vjp.grads(source.isFloating() ? v.grad().to(source) : null);
  }

  @Override
  public Stream<Sample<DType>> samples(Sampler s) {
    return Stream.of(
        s.sample(DType.F64).uniform(3, 5).build(),
        s.sample(DType.F32).uniform(2, 3, 4).build(),
        s.sample(DType.F32).integers(DType.I64, 9, 3, 5).build(),
        s.sample(DType.I64).bools(3, 5).build(),
        s.sample(DType.BOOL).integers(DType.I32, 2, 7).build(),
        s.sample(DType.F64).uniform(0, 5).build());
  }
}
