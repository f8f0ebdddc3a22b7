package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cross entropy of class scores of any rank with class numbers: logits {@code [n, c, d1, ..]} or
 * {@code [c]}, target {@code I64[n, d1, ..]}, optional class weights {@code [c]}.
 *
 * <p>With weights w and label smoothing s an element costs {@code (1 - s) w[t] (lse - x[t]) + s / c
 * sum_i w[i] (lse - x[i])}; the mean divides by the sum of {@code w[t]} over the targets that are
 * not ignored, as PyTorch does. The result has the type of the logits, at least single precision.
 *
 * <p>Rows without weights run through the kernel of {@link CrossEntropyOp}; so do weights without
 * smoothing.
 */
public final class WeightedCrossEntropyOp extends Op<CrossEntropyOp.Attrs> {

  /** The only instance. */
  public static final WeightedCrossEntropyOp INSTANCE = new WeightedCrossEntropyOp();

  private WeightedCrossEntropyOp() {
    super(
        OpSpec.named("weighted_cross_entropy")
            .inputs("logits", "target")
            .optional("weight")
            .outputs("loss")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, CrossEntropyOp.Attrs a) {
    ClassRows.check(i, "logits", a.reduction());
    ClassRows.checkTarget(i, "logits");
  }

  @Override
  public Tensor[] compose(Tensor[] in, CrossEntropyOp.Attrs a) {
    CrossEntropyOp.checkTargets(name(), in[1], ClassRows.classes(in[0].shape()), a.ignoreIndex());
    Tensor rows = ClassRows.of(in[0]);
    Tensor target = in[1].reshape(in[1].numel());
    if (in[2] == null) {
      Tensor loss = Dispatcher.call(CrossEntropyOp.INSTANCE, a, rows, target);
      return new Tensor[] {
        a.reduction() == Reduction.NONE ? loss.reshape(in[1].shape().dims()) : loss
      };
    }
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor ignored = CrossEntropyOp.ignored(target, a);
    Tensor known = target.maskedFill(ignored, 0);
    Tensor weights = ClassRows.weights(known, ignored, in[2], inner);
    Tensor losses =
        a.labelSmoothing() == 0
            ? Dispatcher.call(CrossEntropyOp.INSTANCE, a.with(Reduction.NONE), rows, target)
                .mul(weights)
            : smoothed(rows.to(inner), known, ignored, in[2].to(inner), weights, a);
    return new Tensor[] {ClassRows.reduce(losses, weights, a.reduction(), in[1].shape())};
  }

  private static Tensor smoothed(
      Tensor rows,
      Tensor known,
      Tensor ignored,
      Tensor weight,
      Tensor weights,
      CrossEntropyOp.Attrs a) {
    Tensor costs = rows.logSoftmax().neg();
    double s = a.labelSmoothing();
    Tensor hit = costs.gather(1, known.unsqueeze(1)).squeeze(1).mul(weights).mul(1 - s);
    Tensor spread = costs.mul(weight).sum(false, 1).mul(s / rows.dim(1));
    return hit.add(spread).maskedFill(ignored, 0);
  }

  @Override
  public Stream<Sample<CrossEntropyOp.Attrs>> samples(Sampler s) {
    long[] some = {2, -100, 0, -100, 1, 2};
    return Stream.of(
        s.sample(CrossEntropyOp.Attrs.MEAN).uniform(4, 7).indices(7, 4).absent().build(),
        s.sample(CrossEntropyOp.Attrs.MEAN)
            .uniform(6, 3)
            .indicesOf(some, 6)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0.2, Reduction.MEAN))
            .uniform(6, 3)
            .indicesOf(some, 6)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(1, 0.1, Reduction.NONE))
            .uniform(2, 3, 4)
            .indices(3, 2, 4)
            .absent()
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0, Reduction.BATCH_MEAN))
            .uniform(2, 3, 2, 2)
            .indices(3, 2, 2, 2)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0, Reduction.SUM))
            .uniform(0, 5)
            .indices(5, 0)
            .uniform(5)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0, Reduction.SUM))
            .uniform(5)
            .indices(5)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<CrossEntropyOp.Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(CrossEntropyOp.Attrs.MEAN)
            .uniform(2, 3)
            .indices(3, 2)
            .uniform(2)
            .fails(
                ShapeException.class,
                "weighted_cross_entropy: weight is [2] but must be [3]: there is one weight per"
                    + " class."),
        s.sample(CrossEntropyOp.Attrs.MEAN)
            .uniform(2, 3)
            .indicesOf(new long[] {1, 3}, 2)
            .absent()
            .fails(
                IndexException.class,
                "weighted_cross_entropy: target 3 at position (1) is outside [0, 3).\n"
                    + "  Padding labels must be -100 (ignoreIndex). Is the tokenizer larger than"
                    + " the embedding? Call resizeTokenEmbeddings(3 + 1)."));
  }
}
