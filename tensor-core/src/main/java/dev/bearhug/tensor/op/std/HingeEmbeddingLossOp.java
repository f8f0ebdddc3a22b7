package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Loss of distances x: x itself where the target is 1, {@code max(0, margin - x)} where it is -1.
 */
public final class HingeEmbeddingLossOp extends PairLossOp<HingeEmbeddingLossOp.Attrs> {

  /** The only instance. */
  public static final HingeEmbeddingLossOp INSTANCE = new HingeEmbeddingLossOp();

  /**
   * Options.
   *
   * @param margin distance from which unlike pairs cost nothing
   * @param reduction of the single losses
   */
  public record Attrs(double margin, Reduction reduction) {}

  private HingeEmbeddingLossOp() {
    super("hinge_embedding_loss");
  }

  @Override
  Reduction reduction(Attrs a) {
    return a.reduction();
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Attrs a) {
    Tensor similar = target.eq(Tensor.scalar(1, target.dtype(), target.device()));
    return Tensor.where(similar, x, x.affine(-1, a.margin()).relu());
  }

  @Override
  Attrs sampleAttrs(Reduction reduction) {
    return new Attrs(1, reduction);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double[] targets = {1, -1, -1, 1, 1, -1};
    return Stream.of(
        s.sample(new Attrs(1, Reduction.MEAN)).uniformIn(0, 0.9, 6).constants(targets, 6).build(),
        s.sample(new Attrs(0.5, Reduction.NONE))
            .values(new double[] {0.1, 0.2, 0.7, 0.9, 0.3, 1.4}, 2, 3)
            .constants(targets, 2, 3)
            .build(),
        s.sample(new Attrs(1, Reduction.SUM)).uniform(0, 3).uniform(0, 3).build());
  }
}
