package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Layer normalisation over the last axis (Ba et al., 2016): {@code y = (x - mean(x)) * rstd(x) *
 * weight + bias} with {@code rstd = 1 / sqrt(var(x) + eps)}, biased variance.
 *
 * <p>x {@code [..., n]}, weight and bias {@code [n]}; also gives mean and rstd {@code [...]} in the
 * type of x, at least single precision.
 */
public final class LayerNormOp extends Op<LayerNormOp.Attrs> {

  /** The only instance. */
  public static final LayerNormOp INSTANCE = new LayerNormOp();

  /**
   * Constants.
   *
   * @param eps added to the variance before the square root
   */
  public record Attrs(double eps) {}

  private LayerNormOp() {
    super(
        OpSpec.named("layer_norm")
            .inputs("x", "weight", "bias")
            .outputs("y", "mean", "rstd")
            .savesInputs("x", "weight")
            .savesOutputs("mean", "rstd")
            .casts(CastPolicy.F32_INTERNAL));
  }

  /** Type of the statistics of values of type {@code x}. */
  static DType statistics(DType x) {
    return x == DType.F64 ? DType.F64 : DType.F32;
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireRank("x", 1);
    Shape row = Shape.of(i.shape("x").dim(-1));
    i.requireShape("weight", row, "it must match the last axis of x");
    i.requireShape("bias", row, "it must match the last axis of x");
    // Weights stay in single precision where x is of 16 bits.
    i.requireDType("weight", i.dtype("x"), statistics(i.dtype("x")));
    i.requireSameDType("weight", "bias");
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("x").dropLast(1), statistics(i.dtype("x")));
    i.output(i.shape("x").dropLast(1), statistics(i.dtype("x")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    Tensor mean = x.mean(true, -1);
    Tensor centred = x.sub(mean);
    Tensor rstd = centred.square().mean(true, -1).add(a.eps()).rsqrt();
    Tensor y = centred.mul(rstd).mul(in[1].to(inner)).add(in[2].to(inner)).to(in[0].dtype());
    return new Tensor[] {y, mean.squeeze(-1), rstd.squeeze(-1)};
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Dispatcher.apply(
        LayerNormGradOp.INSTANCE,
        NoAttrs.NONE,
        v.grad("y"),
        v.input("x"),
        v.input("weight"),
        v.output("mean"),
        v.output("rstd"));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
            new long[] {2, 3, 8}, new long[] {1, 7}, new long[] {4, 1, 67}, new long[] {0, 16})
        .map(
            shape ->
                s.sample(new Attrs(1e-5))
                    .uniform(shape)
                    .uniformIn(0.5, 1.5, shape[shape.length - 1])
                    .uniform(shape[shape.length - 1])
                    .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1e-5))
            .uniform(2, 8)
            .uniform(7)
            .uniform(8)
            .fails(
                ShapeException.class,
                "layer_norm: weight is [7] but must be [8]: it must match the last axis of x."));
  }
}
