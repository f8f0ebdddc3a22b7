package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
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
 * Binary cross entropy of scores x with targets z in {@code [0, 1]}: {@code weight (pos_weight z
 * softplus(-x) + (1 - z) softplus(x))}, reduced. Never overflows.
 *
 * <p>Both weights may be absent and broadcast to x, pos_weight is usually {@code [classes]}. The
 * result has the type of x, at least single precision.
 */
public final class BceWithLogitsOp extends Op<Reduction> {

  /** The only instance. */
  public static final BceWithLogitsOp INSTANCE = new BceWithLogitsOp();

  private BceWithLogitsOp() {
    super(
        OpSpec.named("bce_with_logits")
            .inputs("x", "target")
            .optional("weight", "pos_weight")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Reduction reduction) {
    PairLossOp.checkPair(i, reduction);
    checkWeight(i, "weight");
    checkWeight(i, "pos_weight");
  }

  /** Rule of an optional weight. */
  static void checkWeight(Inference i, String weight) {
    if (i.has(weight)) {
      Shape x = i.shape("x");
      Shape w = i.shape(weight);
      boolean fits = w.rank() <= x.rank();
      for (int a = -1; fits && a >= -w.rank(); a--) {
        fits = w.dim(a) == 1 || w.dim(a) == x.dim(a);
      }
      boolean ok = fits;
      i.require(ok, () -> weight + " " + w + " does not broadcast to x " + x + ".");
      i.requireSameDType("x", weight);
    }
  }

  @Override
  public Tensor[] compose(Tensor[] in, Reduction reduction) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    Tensor z = in[1].to(inner);
    Tensor positive = z.mul(x.neg().softplus());
    if (in[3] != null) {
      positive = positive.mul(in[3].to(inner));
    }
    Tensor losses = positive.add(z.affine(-1, 1).mul(x.softplus()));
    return new Tensor[] {reduction.of(in[2] == null ? losses : losses.mul(in[2].to(inner)))};
  }

  @Override
  public Stream<Sample<Reduction>> samples(Sampler s) {
    return Stream.of(
        s.sample(Reduction.MEAN)
            .uniformIn(-5, 5, 4, 5)
            .uniformIn(0, 1, 4, 5)
            .absent()
            .absent()
            .build(),
        s.sample(Reduction.SUM)
            .uniformIn(-60, 60, 33)
            .uniformIn(0, 1, 33)
            .absent()
            .absent()
            .build(),
        s.sample(Reduction.MEAN)
            .uniformIn(-5, 5, 4, 3)
            .uniformIn(0, 1, 4, 3)
            .uniformIn(0.5, 2, 4, 1)
            .uniformIn(0.5, 3, 3)
            .build(),
        s.sample(Reduction.NONE)
            .uniformIn(-5, 5, 4, 3)
            .uniformIn(0, 1, 4, 3)
            .absent()
            .uniformIn(0.5, 3, 3)
            .build(),
        s.sample(Reduction.SUM).uniform(0, 3).uniform(0, 3).absent().absent().build());
  }

  @Override
  public List<ErrorSample<Reduction>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Reduction.MEAN)
            .uniform(4, 1)
            .uniform(4)
            .absent()
            .absent()
            .fails(
                ShapeException.class,
                "bce_with_logits: target is [4] but must be [4, 1]: each value is compared with one"
                    + " target."),
        s.sample(Reduction.MEAN)
            .uniform(4, 5)
            .uniform(4, 5)
            .uniform(4)
            .absent()
            .fails(
                ShapeException.class,
                "bce_with_logits: weight [4] does not broadcast to x [4, 5]."));
  }
}
