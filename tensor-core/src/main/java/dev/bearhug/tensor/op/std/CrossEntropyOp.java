package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
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
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cross entropy of class scores with class numbers: logits {@code [n, c]}, target {@code I64[n]}.
 *
 * <p>With {@code lse = log(sum(e^logits))} and label smoothing s (Szegedy et al., 2016) a row costs
 * {@code (1 - s) (lse - logits[target]) + s (lse - mean(logits))}. Rows whose target is the ignore
 * index cost nothing and do not count in the mean; if all are ignored the mean is not-a-number and
 * the gradient zero, as in PyTorch. The loss and lse {@code [n]} have the type of the logits, at
 * least single precision.
 */
public final class CrossEntropyOp extends Op<CrossEntropyOp.Attrs> {

  /** The only instance. */
  public static final CrossEntropyOp INSTANCE = new CrossEntropyOp();

  /** Target that is ignored unless another one is chosen. */
  public static final long IGNORE = -100;

  /**
   * Options.
   *
   * @param ignoreIndex target of rows that do not count
   * @param labelSmoothing share of the target spread over all classes, in {@code [0, 1]}
   * @param reduction mean over counted rows, sum, or another; {@link Reduction#BATCH_MEAN} divides
   *     by all rows
   */
  public record Attrs(long ignoreIndex, double labelSmoothing, Reduction reduction) {

    /** Mean without smoothing, {@link #IGNORE} ignored. */
    public static final Attrs MEAN = new Attrs(IGNORE, 0, Reduction.MEAN);

    /**
     * Checks the smoothing.
     *
     * @throws IllegalArgumentException if it is outside {@code [0, 1]}
     */
    public Attrs {
      checkSmoothing("cross_entropy", labelSmoothing);
    }

    /** These options with another reduction. */
    Attrs with(Reduction other) {
      return new Attrs(ignoreIndex, labelSmoothing, other);
    }
  }

  /** Throws for a share of label smoothing outside {@code [0, 1]}. */
  static void checkSmoothing(String op, double labelSmoothing) {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          op
              + ": labelSmoothing is "
              + labelSmoothing
              + " but must be in [0, 1]. Is it given in percent?");
    }
  }

  private CrossEntropyOp() {
    super(
        OpSpec.named("cross_entropy")
            .inputs("logits", "target")
            .outputs("loss", "lse")
            .savesInputs("logits", "target")
            .savesOutputs("lse")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    checkInputs(i);
    DType result = LayerNormOp.statistics(i.dtype("logits"));
    i.output(a.reduction().shape(i.shape("target")), result);
    i.output(i.shape("target"), result);
  }

  static void checkInputs(Inference i) {
    i.requireFloating("logits");
    i.requireDType("target", DType.I64);
    Shape logits = i.shape("logits");
    i.require(
        logits.rank() == 2 && logits.dim(1) > 0,
        () ->
            "logits are "
                + logits
                + " but must be [n, classes] with at least one class. Flatten leading axes with"
                + " reshape(-1, classes).");
    i.requireShape("target", Shape.of(logits.dim(0)), "there is one target per row of logits");
  }

  /** Throws for the first target that is neither a class nor ignored. */
  static void checkTargets(String op, Tensor target, long classes, long ignoreIndex) {
    long[] targets = target.toLongArray();
    for (int i = 0; i < targets.length; i++) {
      if ((targets[i] < 0 || targets[i] >= classes) && targets[i] != ignoreIndex) {
        throw IndexErrors.target(op, targets[i], target.shape(), i, classes, ignoreIndex);
      }
    }
  }

  /** Which rows are ignored, {@code BOOL[n]}. */
  static Tensor ignored(Tensor target, Attrs a) {
    return target.eq(Tensor.scalar(a.ignoreIndex(), DType.I64, target.device()));
  }

  /** A number divided by the count that the reduction divides by: of counted or of all rows. */
  static Tensor share(Tensor total, Tensor ignored, Reduction reduction) {
    return switch (reduction) {
      case NONE, SUM -> total;
      case MEAN -> total.div(ignored.to(total.dtype()).affine(-1, 1).sum());
      case BATCH_MEAN -> total.mul(1.0 / ignored.numel());
    };
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    Tensor target = in[1];
    checkTargets(name(), target, x.dim(1), a.ignoreIndex());
    Tensor max = x.max(1, true).detach();
    Tensor lse = x.sub(max).exp().sum(true, 1).log().add(max).squeeze(1);
    Tensor ignored = ignored(target, a);
    Tensor known = target.maskedFill(ignored, 0);
    Tensor loss = lse.sub(x.gather(1, known.unsqueeze(1)).squeeze(1));
    if (a.labelSmoothing() > 0) {
      Tensor spread = lse.sub(x.mean(false, 1));
      loss = loss.mul(1 - a.labelSmoothing()).add(spread.mul(a.labelSmoothing()));
    }
    Tensor each = loss.maskedFill(ignored, 0);
    return new Tensor[] {
      a.reduction() == Reduction.NONE ? each : share(each.sum(), ignored, a.reduction()), lse
    };
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(
        Dispatcher.call(
            CrossEntropyGradOp.INSTANCE,
            a,
            v.grad("loss"),
            v.input("logits"),
            v.input("target"),
            v.output("lse")),
        null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(Attrs.MEAN).uniformIn(-3, 3, 4, 7).indices(7, 4).build(),
        s.sample(new Attrs(-100, 0.1, Reduction.MEAN))
            .uniformIn(-3, 3, 5, 3)
            .indicesOf(new long[] {2, -100, 0, -100, 1}, 5)
            .build(),
        s.sample(new Attrs(2, 0, Reduction.SUM))
            .uniformIn(-3, 3, 6, 33)
            .indicesOf(new long[] {2, 3, 32, 2, 0, 1}, 6)
            .build(),
        s.sample(new Attrs(1, 0.1, Reduction.NONE)).uniformIn(-3, 3, 6, 3).indices(3, 6).build(),
        s.sample(new Attrs(1, 0, Reduction.BATCH_MEAN)).uniform(6, 3).indices(3, 6).build(),
        s.sample(new Attrs(-1, 0.2, Reduction.SUM)).uniformIn(-40, 40, 3, 5).indices(5, 3).build(),
        s.sample(new Attrs(-100, 0, Reduction.SUM)).uniform(0, 5).indices(5, 0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Attrs.MEAN)
            .uniform(3, 5)
            .indicesOf(new long[] {4, -100, 31}, 3)
            .fails(
                IndexException.class,
                "cross_entropy: target 31 at position (2) is outside [0, 5).\n"
                    + "  Padding labels must be -100 (ignoreIndex). Is the tokenizer larger than"
                    + " the embedding? Call resizeTokenEmbeddings(31 + 1)."),
        s.sample(new Attrs(0, 0, Reduction.MEAN))
            .uniform(2, 5)
            .indicesOf(new long[] {4, -100}, 2)
            .fails(
                IndexException.class,
                "cross_entropy: target -100 at position (1) is outside [0, 5).\n"
                    + "  Padding labels must be 0 (ignoreIndex)."),
        s.sample(Attrs.MEAN)
            .uniform(2, 3, 5)
            .indices(5, 2, 3)
            .fails(
                ShapeException.class,
                "cross_entropy: logits are [2, 3, 5] but must be [n, classes] with at least one"
                    + " class. Flatten leading axes with reshape(-1, classes)."),
        s.sample(Attrs.MEAN)
            .uniform(2, 5)
            .indices(5, 3)
            .fails(
                ShapeException.class,
                "cross_entropy: target is [3] but must be [2]: there is one target per row of"
                    + " logits."));
  }
}
