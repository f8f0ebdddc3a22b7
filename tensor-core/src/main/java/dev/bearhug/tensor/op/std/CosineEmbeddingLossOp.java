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

/**
 * Loss of the cosine of two vectors over the last axis, reduced: {@code 1 - cos(a, b)} where y is
 * 1, {@code max(0, cos(a, b) - margin)} where y is -1.
 *
 * <p>a and b {@code [..., n]}, y {@code [...]}. Like PyTorch the cosine adds 1e-12 to the squared
 * lengths. The result has the type of a, at least single precision.
 */
public final class CosineEmbeddingLossOp extends Op<CosineEmbeddingLossOp.Attrs> {

  /** The only instance. */
  public static final CosineEmbeddingLossOp INSTANCE = new CosineEmbeddingLossOp();

  private static final double EPS = 1e-12;

  /**
   * Options.
   *
   * @param margin cosine up to which unlike pairs cost nothing
   * @param reduction of the single losses
   */
  public record Attrs(double margin, Reduction reduction) {}

  private CosineEmbeddingLossOp() {
    super(
        OpSpec.named("cosine_embedding_loss")
            .inputs("a", "b", "y")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("a");
    i.requireRank("a", 1);
    i.requireSameDType("a", "b");
    i.requireShape("b", i.shape("a"), "vectors are compared in pairs");
    i.requireShape("y", i.shape("a").dropLast(1), "there is one target per pair of vectors");
    i.output(a.reduction().shape(i.shape("y")), LayerNormOp.statistics(i.dtype("a")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor u = in[0].to(inner);
    Tensor v = in[1].to(inner);
    Tensor lengths =
        u.square().sum(false, -1).add(EPS).mul(v.square().sum(false, -1).add(EPS)).sqrt();
    Tensor cosine = u.mul(v).sum(false, -1).div(lengths);
    Tensor similar = in[2].eq(Tensor.scalar(1, in[2].dtype(), in[2].device()));
    Tensor losses = Tensor.where(similar, cosine.affine(-1, 1), cosine.sub(a.margin()).relu());
    return new Tensor[] {a.reduction().of(losses)};
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double[] targets = {1, -1, -1, 1, -1};
    return Stream.of(
        s.sample(new Attrs(0.1, Reduction.MEAN))
            .uniform(5, 7)
            .uniform(5, 7)
            .constants(targets, 5)
            .build(),
        s.sample(new Attrs(-0.2, Reduction.NONE))
            .uniform(5, 7)
            .uniform(5, 7)
            .constants(targets, 5)
            .build(),
        s.sample(new Attrs(0, Reduction.SUM)).uniform(0, 7).uniform(0, 7).uniform(0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, Reduction.MEAN))
            .uniform(5, 7)
            .uniform(5, 7)
            .uniform(5, 1)
            .fails(
                ShapeException.class,
                "cosine_embedding_loss: y is [5, 1] but must be [5]: there is one target per pair"
                    + " of vectors."));
  }
}
