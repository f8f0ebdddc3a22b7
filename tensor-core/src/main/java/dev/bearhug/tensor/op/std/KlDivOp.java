package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Kullback-Leibler divergence of log-probabilities x from a target: {@code t (log t - x)} with t
 * the target, or its exponential if the target is given as logarithms. Where t is 0 the loss is 0.
 * Its usual mean is {@link Reduction#BATCH_MEAN}.
 */
public final class KlDivOp extends PairLossOp<KlDivOp.Attrs> {

  /** The only instance. */
  public static final KlDivOp INSTANCE = new KlDivOp();

  /**
   * Options.
   *
   * @param logTarget whether the target holds logarithms of probabilities
   * @param reduction of the single losses
   */
  public record Attrs(boolean logTarget, Reduction reduction) {}

  private KlDivOp() {
    super("kl_div");
  }

  @Override
  Reduction reduction(Attrs a) {
    return a.reduction();
  }

  @Override
  Tensor losses(Tensor x, Tensor target, Attrs a) {
    if (a.logTarget()) {
      return target.exp().mul(target.sub(x));
    }
    // The logarithm of 1 stands in for that of 0, whose product with 0 would be not-a-number.
    Tensor positive = target.maskedFill(target.eq(Tensor.zerosLike(target)), 1);
    return target.mul(positive.log().sub(x));
  }

  @Override
  Attrs sampleAttrs(Reduction reduction) {
    return new Attrs(reduction != Reduction.MEAN, reduction);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(true, Reduction.BATCH_MEAN))
            .uniformIn(-4, 0, 4, 5)
            .uniformIn(-3, 0, 4, 5)
            .build(),
        s.sample(new Attrs(false, Reduction.MEAN))
            .uniformIn(-4, 0, 4, 5)
            .uniformIn(0.1, 1, 4, 5)
            .build(),
        s.sample(new Attrs(false, Reduction.NONE))
            .uniformIn(-4, 0, 2, 3)
            .constants(new double[] {0, 1, 0.5, 0, 0.2, 0.3}, 2, 3)
            .build(),
        s.sample(new Attrs(false, Reduction.SUM)).uniform(0, 3).uniform(0, 3).build());
  }
}
