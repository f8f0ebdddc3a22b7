package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
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

/** Running product along an axis; accumulated in double. */
public final class CumprodOp extends Op<ScanAttrs> {

  /** The only instance. */
  public static final CumprodOp INSTANCE = new CumprodOp();

  private CumprodOp() {
    super(OpSpec.named("cumprod").inputs("x").casts(CastPolicy.F32).savesInputs("x"));
  }

  @Override
  public void infer(Inference i, ScanAttrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    i.requireAxis(a.axis(), i.shape(0));
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, ScanAttrs a) {
    return Vjp.grads(Dispatcher.call(CumprodGradOp.INSTANCE, a, v.grad(), v.input("x")));
  }

  @Override
  public Stream<Sample<ScanAttrs>> samples(Sampler s) {
    return Stream.concat(
        ScanAttrs.samples(s, 1),
        Stream.of(
            s.sample(new ScanAttrs(1, false, false))
                .values(new double[] {0, 2, 3, 4, 0, 5, 0, 2, 1, 2, 3, 0}, 3, 4)
                .build()));
  }

  @Override
  public List<ErrorSample<ScanAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new ScanAttrs(-1, false, false))
            .uniform(2, 3)
            .fails(
                ShapeException.class, "cumprod: axis -1 is outside [0, 2), the axes of [2, 3]."));
  }
}
