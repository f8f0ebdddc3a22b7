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
 * A loss that compares every element of x with the element of a target of the same shape. The
 * result has the type of x, at least single precision; both sides get gradients.
 *
 * @param <A> type of the attributes
 */
abstract class PairLossOp<A> extends Op<A> {

  PairLossOp(String name) {
    super(OpSpec.named(name).inputs("x", "target").outputs("loss").casts(CastPolicy.F32));
  }

  /** How the losses are reduced. */
  abstract Reduction reduction(A attrs);

  /** Loss of every element. */
  abstract Tensor losses(Tensor x, Tensor target, A attrs);

  /** Attributes with this reduction, for samples. */
  abstract A sampleAttrs(Reduction reduction);

  @Override
  public final void infer(Inference i, A a) {
    checkPair(i, reduction(a));
  }

  /** Rule of the losses that compare a value with a target of its shape. */
  static void checkPair(Inference i, Reduction reduction) {
    i.requireFloating("x");
    i.requireSameDType("x", "target");
    i.requireShape("target", i.shape("x"), "each value is compared with one target");
    i.output(reduction.shape(i.shape("x")), LayerNormOp.statistics(i.dtype("x")));
  }

  @Override
  public final Tensor[] compose(Tensor[] in, A a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    return new Tensor[] {reduction(a).of(losses(in[0].to(inner), in[1].to(inner), a))};
  }

  /** Samples with every reduction and all elements of both sides different. */
  @Override
  public Stream<Sample<A>> samples(Sampler s) {
    return Stream.of(
        s.sample(sampleAttrs(Reduction.MEAN)).uniform(4, 5).uniform(4, 5).build(),
        s.sample(sampleAttrs(Reduction.SUM)).uniform(33).uniform(33).build(),
        s.sample(sampleAttrs(Reduction.BATCH_MEAN)).uniform(3, 7).uniform(3, 7).build(),
        s.sample(sampleAttrs(Reduction.NONE)).uniform(2, 3).uniform(2, 3).build(),
        s.sample(sampleAttrs(Reduction.SUM)).uniform(0, 3).uniform(0, 3).build());
  }

  @Override
  public final List<ErrorSample<A>> errorSamples(Sampler s) {
    return List.of(pairError(name(), sampleAttrs(Reduction.MEAN), s));
  }

  /** The error of a target of another shape. */
  static <A> ErrorSample<A> pairError(String op, A attrs, Sampler s) {
    return s.sample(attrs)
        .uniform(4, 1)
        .uniform(4)
        .fails(
            ShapeException.class,
            op + ": target is [4] but must be [4, 1]: each value is compared with one target.");
  }
}
