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
 * Cross entropy of class scores with target probabilities of the same shape: {@code -sum_i w[i]
 * t[i] log softmax(logits)[i]} over the class axis of {@code [n, c, d1, ..]} or {@code [c]}, with t
 * smoothed to {@code (1 - s) t + s / c}.
 *
 * <p>The weight {@code [c]} may be absent; the mean divides by the number of rows, weighted or not.
 * The result has the type of the logits, at least single precision.
 */
public final class SoftCrossEntropyOp extends Op<SoftCrossEntropyOp.Attrs> {

  /** The only instance. */
  public static final SoftCrossEntropyOp INSTANCE = new SoftCrossEntropyOp();

  /**
   * Options.
   *
   * @param labelSmoothing share of the target spread over all classes, in {@code [0, 1]}
   * @param reduction of the single losses
   */
  public record Attrs(double labelSmoothing, Reduction reduction) {

    /**
     * Checks the smoothing.
     *
     * @throws IllegalArgumentException if it is outside {@code [0, 1]}
     */
    public Attrs {
      CrossEntropyOp.checkSmoothing("soft_cross_entropy", labelSmoothing);
    }
  }

  private SoftCrossEntropyOp() {
    super(
        OpSpec.named("soft_cross_entropy")
            .inputs("logits", "target")
            .optional("weight")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    ClassRows.check(i, "logits", a.reduction());
    i.requireShape("target", i.shape("logits"), "there is one probability per score");
    i.requireSameDType("logits", "target");
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor logp = ClassRows.of(in[0].to(inner)).logSoftmax();
    double s = a.labelSmoothing();
    Tensor target = ClassRows.of(in[1].to(inner));
    if (s > 0) {
      target = target.affine(1 - s, s / logp.dim(1));
    }
    if (in[2] != null) {
      target = target.mul(in[2].to(inner));
    }
    Tensor losses = logp.mul(target).sum(false, 1).neg();
    return new Tensor[] {
      a.reduction() == Reduction.NONE
          ? losses.reshape(ClassRows.losses(in[0].shape()).dims())
          : a.reduction().of(losses)
    };
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(0, Reduction.MEAN)).uniform(4, 5).uniformIn(0, 1, 4, 5).absent().build(),
        s.sample(new Attrs(0.1, Reduction.NONE))
            .uniform(2, 3, 4)
            .uniformIn(0, 1, 2, 3, 4)
            .uniformIn(0.5, 2, 3)
            .build(),
        s.sample(new Attrs(0, Reduction.SUM)).uniform(5).uniformIn(0, 1, 5).absent().build(),
        s.sample(new Attrs(0, Reduction.SUM)).uniform(0, 5).uniform(0, 5).absent().build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, Reduction.MEAN))
            .uniform(4, 5)
            .uniform(4, 1)
            .absent()
            .fails(
                ShapeException.class,
                "soft_cross_entropy: target is [4, 1] but must be [4, 5]: there is one probability"
                    + " per score."));
  }
}
