package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/** {@code y = x^exponent} with a constant exponent. */
public final class PowOp extends Op<Double> {

  /** The only instance. */
  public static final PowOp INSTANCE = new PowOp();

  private PowOp() {
    super(OpSpec.named("pow").inputs("x").savesInputs("x").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Double exponent) {
    i.requireFloating("x");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Double exponent) {
    return Vjp.grads(
        exponent == 0
            ? Tensor.zerosLike(v.grad())
            : v.grad().mul(v.input("x").pow(exponent - 1).mul(exponent)));
  }

  @Override
  public Stream<Sample<Double>> samples(Sampler s) {
    return Stream.of(
        s.sample(3.0).uniform(3, 7).build(),
        s.sample(-1.5).uniformIn(0.3, 2, 3, 7).build(),
        s.sample(0.0).uniformIn(0.3, 2, 4).build(),
        s.sample(2.0).uniform(0, 4).build());
  }
}
