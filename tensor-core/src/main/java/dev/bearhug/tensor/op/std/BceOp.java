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
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Binary cross entropy of probabilities x with targets z in {@code [0, 1]}: {@code -weight (z
 * log(x) + (1 - z) log(1 - x))} with logarithms not below -100, reduced. Scores before the sigmoid
 * belong to {@link BceWithLogitsOp}, which is more exact.
 *
 * <p>The gradient is {@code weight (x - z) / max(x (1 - x), 1e-12)}, finite also for probabilities
 * 0 and 1. The weight may be absent and broadcasts to x. The result has the type of x, at least
 * single precision.
 */
public final class BceOp extends Op<Reduction> {

  /** The only instance. */
  public static final BceOp INSTANCE = new BceOp();

  private static final double LOWEST_LOG = -100;
  private static final double LEAST_VARIANCE = 1e-12;

  private BceOp() {
    super(
        OpSpec.named("bce")
            .inputs("x", "target")
            .optional("weight")
            .outputs("loss")
            .savesInputs("x", "target", "weight")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Reduction reduction) {
    PairLossOp.checkPair(i, reduction);
    BceWithLogitsOp.checkWeight(i, "weight");
  }

  private static Tensor log(Tensor p) {
    return p.log().clamp(LOWEST_LOG, Double.POSITIVE_INFINITY);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Reduction reduction) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor losses = losses(in[0].to(inner), in[1].to(inner));
    return new Tensor[] {reduction.of(in[2] == null ? losses : losses.mul(in[2].to(inner)))};
  }

  private static Tensor losses(Tensor x, Tensor z) {
    return z.mul(log(x)).add(z.affine(-1, 1).mul(log(x.affine(-1, 1)))).neg();
  }

  @Override
  public Tensor[] vjp(Vjp v, Reduction reduction) {
    DType inner = v.grad().dtype();
    Tensor x = v.input("x").to(inner);
    Tensor z = v.input("target").to(inner);
    Tensor g = reduction.spread(v.grad(), x.shape());
    Tensor weighted = v.input("weight") == null ? g : g.mul(v.input("weight").to(inner));
    Tensor slope =
        x.sub(z).div(x.mul(x.affine(-1, 1)).clamp(LEAST_VARIANCE, Double.POSITIVE_INFINITY));
    DType type = v.inputDType("x");
    return Vjp.grads(
        weighted.mul(slope).to(type),
        v.needs("target") ? weighted.mul(log(x.affine(-1, 1)).sub(log(x))).to(type) : null,
        v.needs("weight") ? g.mul(losses(x, z)).to(type) : null);
  }

  @Override
  public Stream<Sample<Reduction>> samples(Sampler s) {
    return Stream.of(
        s.sample(Reduction.MEAN).uniformIn(0.1, 0.9, 4, 5).uniformIn(0, 1, 4, 5).absent().build(),
        s.sample(Reduction.SUM)
            .uniformIn(0.1, 0.9, 4, 3)
            .uniformIn(0, 1, 4, 3)
            .uniformIn(0.5, 2, 4, 1)
            .build(),
        s.sample(Reduction.NONE)
            .uniformIn(0.1, 0.9, 4, 3)
            .uniformIn(0, 1, 4, 3)
            .uniformIn(0.5, 2, 4, 3)
            .build(),
        s.sample(Reduction.NONE)
            .constants(new double[] {0, 0, 1, 1}, 4)
            .constants(new double[] {0, 1, 0, 1}, 4)
            .absent()
            .build(),
        s.sample(Reduction.SUM).uniform(0, 3).uniform(0, 3).absent().build());
  }

  @Override
  public List<ErrorSample<Reduction>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Reduction.MEAN)
            .uniform(4, 1)
            .uniform(4)
            .absent()
            .fails(
                ShapeException.class,
                "bce: target is [4] but must be [4, 1]: each value is compared with one target."));
  }
}
