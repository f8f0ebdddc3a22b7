package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code log(sum(e^x))} over axes, computed from {@code x - max(x)}. Where all elements are
 * negative infinity, or there are none, the result is negative infinity and the gradient 0.
 */
public final class LogSumExpOp extends Op<Axes> {

  /** The only instance. */
  public static final LogSumExpOp INSTANCE = new LogSumExpOp();

  /** Stands for negative infinity where that would be subtracted from itself; fits all types. */
  private static final double LOWEST = -3e38;

  private LogSumExpOp() {
    super(
        OpSpec.named("logsumexp")
            .inputs("x")
            .casts(CastPolicy.F32)
            .savesInputs("x")
            .savesOutputs("y"));
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireFloating("x");
    i.output(a.result(i.shape(0)), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Axes a) {
    Shape shape = in[0].shape();
    DType type = in[0].dtype();
    Tensor x = in[0].to(LayerNormOp.statistics(type));
    int[] axes = a.toArray();
    if (a.count(shape) == 0) {
      return new Tensor[] {x.exp().sum(a.keepDims(), axes).log().to(type)};
    }
    Tensor max = x.amax(true, axes);
    Tensor shift = Tensor.where(max.isFinite(), max, ElementwiseRows.number(max, 0));
    Tensor y = x.sub(shift).exp().sum(true, axes).log().add(shift);
    return new Tensor[] {a.drop(y, shape).to(type)};
  }

  @Override
  public Tensor[] vjp(Vjp v, Axes a) {
    DType type = v.input("x").dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor x = v.input("x").to(inner);
    Tensor y = a.keep(v.output("y").to(inner), x.shape()).clampMin(LOWEST);
    Tensor g = a.keep(v.grad().to(inner), x.shape());
    return Vjp.grads(x.sub(y).exp().mul(g).to(type));
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    double inf = Double.POSITIVE_INFINITY;
    return Stream.concat(
        ReductionSamples.of(s, a -> a, (b, shape) -> b.uniformIn(-5, 5, shape)),
        Stream.of(
            s.sample(new Axes(List.of(1), false))
                .constants(
                    new double[] {-inf, -inf, 900, -inf, 901, 900, inf, 1, 1, 2, -900, 3}, 6, 2)
                .build(),
            s.sample(new Axes(List.of(1), true)).uniform(3, 0).build()));
  }
}
