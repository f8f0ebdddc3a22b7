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
import java.util.stream.Stream;

/**
 * Cosine of the angle between vectors along an axis of two broadcast tensors; each norm counts as
 * at least eps in the result, and as what it is in the gradient.
 */
public final class CosineSimilarityOp extends Op<CosineSimilarityOp.Attrs> {

  /** The only instance. */
  public static final CosineSimilarityOp INSTANCE = new CosineSimilarityOp();

  /**
   * The vectors.
   *
   * @param axis axis of the broadcast shape, negative ones count from the last
   * @param eps smallest divisor
   */
  public record Attrs(int axis, double eps) {}

  private CosineSimilarityOp() {
    super(OpSpec.named("cosine_similarity").inputs("a", "b").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("a");
    i.requireSameDType("a", "b");
    Shape s = Shape.broadcast(name(), i.shape(0), i.shape(1));
    i.requireNotNegative("eps", a.eps());
    i.output(s.without(a.axis()), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType type = in[0].dtype();
    DType inner = LayerNormOp.statistics(type);
    long[] shape = Shape.broadcast(name(), in[0].shape(), in[1].shape()).dims();
    Tensor left = unit(in[0].to(inner).expand(shape), a);
    Tensor right = unit(in[1].to(inner).expand(shape), a);
    return new Tensor[] {left.mul(right).sum(false, a.axis()).to(type)};
  }

  private static Tensor unit(Tensor x, Attrs a) {
    Tensor norm = x.norm(2, true, a.axis());
    return x.div(norm.add(norm.clampMin(a.eps()).sub(norm).detach()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(-1, 1e-8)).uniform(4, 7).uniform(4, 7).build(),
        s.sample(new Attrs(1, 1e-8)).uniform(2, 5, 1).uniform(5, 3).build(),
        s.sample(new Attrs(1, 1e-8)).uniform(0, 3).uniform(0, 3).build());
  }
}
