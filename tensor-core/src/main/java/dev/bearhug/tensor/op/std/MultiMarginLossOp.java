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
 * Multi-class hinge loss of a row of class scores: {@code weight[t] / c sum_(i != t) max(0, margin
 * - x[t] + x[i])^p}, reduced; x {@code [n, c]} or {@code [c]}, targets t {@code I64[n]} or one
 * number, weight {@code [c]} or absent. The result has the type of x, at least single precision.
 */
public final class MultiMarginLossOp extends Op<MultiMarginLossOp.Attrs> {

  /** The only instance. */
  public static final MultiMarginLossOp INSTANCE = new MultiMarginLossOp();

  /**
   * Options.
   *
   * @param p exponent, 1 or 2
   * @param margin by which the right class should lead
   * @param reduction of the single losses
   */
  public record Attrs(int p, double margin, Reduction reduction) {

    /**
     * Checks the exponent.
     *
     * @throws IllegalArgumentException if it is neither 1 nor 2
     */
    public Attrs {
      if (p != 1 && p != 2) {
        throw new IllegalArgumentException("multi_margin_loss: p is " + p + " but must be 1 or 2.");
      }
    }
  }

  private MultiMarginLossOp() {
    super(
        OpSpec.named("multi_margin_loss")
            .inputs("x", "target")
            .optional("weight")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.require(
        i.shape("x").rank() <= 2, () -> "x is " + i.shape("x") + " but must be [n, c] or [c].");
    ClassRows.check(i, "x", a.reduction());
    ClassRows.checkTarget(i, "x");
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor rows = ClassRows.of(in[0].to(inner));
    long classes = rows.dim(1);
    CrossEntropyOp.checkTargets(name(), in[1], classes, 0);
    Tensor target = in[1].reshape(in[1].numel(), 1);
    Tensor lead = rows.gather(1, target).sub(rows);
    Tensor each = lead.affine(-1, a.margin()).relu();
    Tensor self = target.eq(Tensor.arange(classes, target.device()));
    Tensor losses =
        (a.p() == 2 ? each.square() : each).maskedFill(self, 0).sum(false, 1).div(classes);
    if (in[2] != null) {
      losses = losses.mul(in[2].to(inner).gather(0, in[1].reshape(in[1].numel())));
    }
    return new Tensor[] {
      a.reduction() == Reduction.NONE
          ? losses.reshape(in[1].shape().dims())
          : a.reduction().of(losses)
    };
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(1, 1, Reduction.MEAN)).uniform(4, 5).indices(5, 4).absent().build(),
        s.sample(new Attrs(2, 0.5, Reduction.NONE))
            .uniform(4, 5)
            .indices(5, 4)
            .uniformIn(0.5, 2, 5)
            .build(),
        s.sample(new Attrs(1, 1, Reduction.SUM)).uniform(0, 5).indices(5, 0).absent().build(),
        s.sample(new Attrs(1, 1, Reduction.SUM)).uniform(5).indices(5).absent().build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1, 1, Reduction.MEAN))
            .uniform(4, 5, 2)
            .indices(5, 4)
            .absent()
            .fails(
                ShapeException.class,
                "multi_margin_loss: x is [4, 5, 2] but must be [n, c] or [c]."));
  }
}
