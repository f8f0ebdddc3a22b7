package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * Negative log-likelihood of class numbers: {@code -weight[target] logp[target]} for
 * log-probabilities {@code [n, c, d1, ..]} or {@code [c]} and targets {@code I64[n, d1, ..]}.
 *
 * <p>Ignored targets cost nothing; the mean divides by the sum of the weights of the others. The
 * weight {@code [c]} may be absent. The result has the type of the scores, at least single
 * precision.
 */
public final class NllLossOp extends Op<NllLossOp.Attrs> {

  /** The only instance. */
  public static final NllLossOp INSTANCE = new NllLossOp();

  /**
   * Options.
   *
   * @param ignoreIndex target that does not count
   * @param reduction of the single losses
   */
  public record Attrs(long ignoreIndex, Reduction reduction) {}

  private NllLossOp() {
    super(
        OpSpec.named("nll_loss")
            .inputs("logp", "target")
            .optional("weight")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    ClassRows.check(i, "logp", a.reduction());
    ClassRows.checkTarget(i, "logp");
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    CrossEntropyOp.checkTargets(name(), in[1], ClassRows.classes(in[0].shape()), a.ignoreIndex());
    Tensor target = in[1].reshape(in[1].numel());
    Tensor ignored = target.eq(Tensor.scalar(a.ignoreIndex(), DType.I64, target.device()));
    Tensor known = target.maskedFill(ignored, 0);
    Tensor weights = ClassRows.weights(known, ignored, in[2], inner);
    Tensor hit = ClassRows.of(in[0].to(inner)).gather(1, known.unsqueeze(1)).squeeze(1);
    // Filled, not only multiplied by 0: an ignored row may hold an infinite value.
    Tensor losses = hit.maskedFill(ignored, 0).mul(weights).neg();
    return new Tensor[] {ClassRows.reduce(losses, weights, a.reduction(), in[1].shape())};
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    long[] some = {2, -100, 0, -100, 1, 2};
    return Stream.of(
        s.sample(new Attrs(-100, Reduction.MEAN)).uniform(4, 7).indices(7, 4).absent().build(),
        s.sample(new Attrs(-100, Reduction.MEAN))
            .uniform(6, 3)
            .indicesOf(some, 6)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new Attrs(1, Reduction.NONE))
            .uniform(2, 3, 4)
            .indices(3, 2, 4)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new Attrs(-1, Reduction.SUM)).uniform(5).indices(5).absent().build(),
        s.sample(new Attrs(-1, Reduction.SUM)).uniform(0, 5).indices(5, 0).absent().build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(-100, Reduction.MEAN))
            .uniform(2, 3)
            .indicesOf(new long[] {1, -1}, 2)
            .absent()
            .fails(
                IndexException.class,
                "nll_loss: target -1 at position (1) is outside [0, 3).\n"
                    + "  Padding labels must be -100 (ignoreIndex)."),
        s.sample(new Attrs(-100, Reduction.MEAN))
            .uniform(2, 3, 4)
            .indices(3, 2)
            .absent()
            .fails(
                ShapeException.class,
                "nll_loss: target is [2] but must be [2, 4]: logp without the class axis give its"
                    + " shape."));
  }
}
