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
 * Binary cross entropy of scores x with targets z in {@code [0, 1]}: {@code z softplus(-x) + (1 -
 * z) softplus(x)}, reduced to one number. Never overflows. The result has the type of x, at least
 * single precision.
 */
public final class BceWithLogitsOp extends Op<Reduction> {

  /** The only instance. */
  public static final BceWithLogitsOp INSTANCE = new BceWithLogitsOp();

  private BceWithLogitsOp() {
    super(
        OpSpec.named("bce_with_logits")
            .inputs("x", "target")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Reduction reduction) {
    checkPair(i);
  }

  /** Rule of the losses that compare a value with a target of its shape. */
  static void checkPair(Inference i) {
    i.requireFloating("x");
    i.requireSameDType("x", "target");
    i.requireShape("target", i.shape("x"), "each value is compared with one target");
    i.output(Shape.scalar(), LayerNormOp.statistics(i.dtype("x")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Reduction reduction) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    Tensor z = in[1].to(inner);
    Tensor losses = z.mul(x.neg().softplus()).add(z.affine(-1, 1).mul(x.softplus()));
    return new Tensor[] {reduction.of(losses)};
  }

  @Override
  public Stream<Sample<Reduction>> samples(Sampler s) {
    return Stream.of(
        s.sample(Reduction.MEAN).uniformIn(-5, 5, 4, 5).uniformIn(0, 1, 4, 5).build(),
        s.sample(Reduction.SUM).uniformIn(-60, 60, 33).uniformIn(0, 1, 33).build(),
        s.sample(Reduction.SUM).uniform(0, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Reduction>> errorSamples(Sampler s) {
    return List.of(pairError(name(), s));
  }

  /** The error of a target of another shape. */
  static ErrorSample<Reduction> pairError(String op, Sampler s) {
    return s.sample(Reduction.MEAN)
        .uniform(4, 1)
        .uniform(4)
        .fails(
            ShapeException.class,
            op + ": target is [4] but must be [4, 1]: each value is compared with one target.");
  }
}
