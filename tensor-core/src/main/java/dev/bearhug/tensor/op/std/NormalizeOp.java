package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
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
}
