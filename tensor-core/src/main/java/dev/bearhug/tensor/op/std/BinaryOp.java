package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.Stream;

/**
 * An element-wise function of two broadcast inputs of one type; declared as a row of {@link
 * ElementwiseOps}.
 */
public final class BinaryOp extends Op<NoAttrs> {

  /** Gradients of both inputs, before the engine sums them over broadcast axes. */
  @FunctionalInterface
  interface Rule {
    Tensor[] apply(Vjp v);
  }

  private final DoubleBinaryOperator function;
  private final LongBinaryOperator integers;
  private final Rule rule;
  private final double low;
  private final double high;

  BinaryOp(
      OpSpec spec,
      DoubleBinaryOperator function,
      LongBinaryOperator integers,
      Rule rule,
      double low,
      double high) {
    super(spec);
    this.function = function;
    this.integers = integers;
    this.rule = rule;
    this.low = low;
    this.high = high;
  }

  /** The function on floating values. */
  public DoubleBinaryOperator function() {
    return function;
  }

  /** The function on integers, null if it is for floating types only. */
  public LongBinaryOperator integers() {
    return integers;
  }

  @Override
  public void infer(Inference i, NoAttrs a) {
    i.requireSameDType("a", "b");
    if (integers == null) {
      i.requireFloating("a");
    } else {
      i.requireDType("a", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    }
    i.output(Shape.broadcast(name(), i.shape(0), i.shape(1)), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs a) {
    return rule.apply(v);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        sample(s, new long[] {3, 5}, new long[] {3, 5}),
        sample(s, new long[] {2, 3, 17}, new long[] {17}),
        sample(s, new long[] {2, 3, 4}, new long[] {3, 1}),
        sample(s, new long[] {4, 1}, new long[] {2, 1, 3}),
        sample(s, new long[] {5}, new long[] {}),
        sample(s, new long[] {0, 3}, new long[] {1, 3}));
  }

  private Sample<NoAttrs> sample(Sampler s, long[] a, long[] b) {
    return s.sample().uniformIn(low, high, a).uniformIn(low, high, b).build();
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform(8, 128, 768)
            .uniform(8, 1, 1, 128)
            .fails(
                ShapeException.class,
                name()
                    + ": shapes [8, 128, 768] and [8, 1, 1, 128] do not broadcast: axis -1 is 768 and"
                    + " 128 (neither is 1).\n  A padding mask of shape [batch, 1, 1, seq] belongs to the"
                    + " attention scores, not to hidden states."));
  }
}
