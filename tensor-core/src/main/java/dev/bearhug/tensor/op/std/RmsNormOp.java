package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
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

/**
 * Root mean square normalisation over the last axis (Zhang and Sennrich, 2019): {@code y = x *
 * rstd(x) * weight} with {@code rstd = 1 / sqrt(mean(x^2) + eps)}. Gemma's form multiplies with
 * {@code 1 + weight}.
 *
 * <p>x {@code [..., n]}, weight {@code [n]} or absent; also gives rstd {@code [...]} in the type of
 * x, at least single precision.
 */
public final class RmsNormOp extends Op<RmsNormOp.Attrs> {

  /** The only instance. */
  public static final RmsNormOp INSTANCE = new RmsNormOp();

  /**
   * Constants.
   *
   * @param eps added to the mean square before the square root
   * @param unitOffset whether the factor is {@code 1 + weight}
   */
  public record Attrs(double eps, boolean unitOffset) {

    /** The usual form, whose factor is the weight. */
    public Attrs(double eps) {
      this(eps, false);
    }
  }

  private RmsNormOp() {
    super(
        OpSpec.named("rms_norm")
            .inputs("x")
            .optional("weight")
            .outputs("y", "rstd")
            .savesInputs("x", "weight")
            .savesOutputs("rstd")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireNotNegative("eps", a.eps());
    i.requireRank("x", 1);
    LayerNormOp.checkScale(i, "weight", Shape.of(i.shape("x").dim(-1)));
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("x").dropLast(1), LayerNormOp.statistics(i.dtype("x")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    Tensor rstd = x.square().mean(true, -1).add(a.eps()).rsqrt();
    Tensor y = x.mul(rstd);
    if (in[1] != null) {
      y = y.mul(in[1].to(inner).add(a.unitOffset() ? 1 : 0));
    }
    return new Tensor[] {y.to(in[0].dtype()), rstd.squeeze(-1)};
  }

  @Override
  public Tensor recompute(Vjp v, Attrs a) {
    return Dispatcher.call(INSTANCE, a, v.input("x"), v.input("weight"));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor[] g =
        Dispatcher.apply(
            RmsNormGradOp.INSTANCE,
            a.unitOffset(),
            v.grad("y"),
            v.input("x"),
            v.output("rstd"),
            v.input("weight"));
    return Vjp.grads(g[0], v.needs("weight") ? g[1] : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(1e-6)).uniform(2, 3, 8).uniformIn(0.5, 1.5, 8).build(),
        s.sample(new Attrs(1e-5)).uniform(4, 67).uniformIn(0.5, 1.5, 67).build(),
        s.sample(new Attrs(1e-6, true)).uniform(5, 33).uniform(33).build(),
        s.sample(new Attrs(0.1)).uniform(3, 17).absent().build(),
        s.sample(new Attrs(1e-6)).uniform(7).uniform(7).build(),
        s.sample(new Attrs(1e-6)).uniform(0, 16).uniform(16).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1e-6))
            .uniform(2, 8)
            .uniform(7)
            .fails(
                ShapeException.class,
                "rms_norm: weight is [7] but must be [8]: it must match the last axis of x."));
  }
}
