package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** Vectors along an axis divided by their norm, or by eps where that is larger. */
public final class NormalizeOp extends Op<NormalizeOp.Attrs> {

  /** The only instance. */
  public static final NormalizeOp INSTANCE = new NormalizeOp();

  /**
   * The vectors.
   *
   * @param p order of the norm, see {@link NormOp}
   * @param axis non-negative axis
   * @param eps smallest divisor
   */
  public record Attrs(double p, int axis, double eps) {}

  private NormalizeOp() {
    super(OpSpec.named("normalize").inputs("x").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireAxis(a.axis(), i.shape(0));
    i.requireNotNegative("eps", a.eps());
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType type = in[0].dtype();
    Tensor x = in[0].to(LayerNormOp.statistics(type));
    return new Tensor[] {x.div(x.norm(a.p(), true, a.axis()).clampMin(a.eps())).to(type)};
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(2, 1, 1e-12)).uniform(3, 5).build(),
        s.sample(new Attrs(1, 0, 1e-12)).uniformIn(0.2, 1, 4, 2, 3).build(),
        s.sample(new Attrs(2, 1, 10)).uniform(3, 5).build(),
        s.sample(new Attrs(2, 1, 1e-12)).uniform(0, 5).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(2, 0, Double.NaN))
            .uniform(2, 3)
            .fails(
                IllegalArgumentException.class,
                "normalize: eps is NaN but must be finite and not negative."),
        s.sample(new Attrs(2, 2, 1e-8))
            .uniform(2, 3)
            .fails(
                ShapeException.class, "normalize: axis 2 is outside [0, 2), the axes of [2, 3]."));
  }
}
