package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/** An element-wise function of one floating input; declared as a row of {@link ElementwiseOps}. */
public final class UnaryOp extends Op<NoAttrs> {

  /** What the derivative is a function of. */
  public enum Saved {
    /** The input. */
    X,
    /** The output, where that is cheaper or saves memory. */
    Y
  }

  /** Functions whose results, or their differences, need more than 8 bits. */
  private static final Set<String> WIDE_RANGE =
      Set.of(
          "exp",
          "expm1",
          "log",
          "log1p",
          "log2",
          "log10",
          "rsqrt",
          "reciprocal",
          "softplus",
          "log_sigmoid");

  private final DoubleUnaryOperator function;
  private final UnaryGradOp grad;
  private final Saved saved;
  private final double low;
  private final double high;

  UnaryOp(
      String name,
      DoubleUnaryOperator function,
      Saved saved,
      DoubleUnaryOperator derivative,
      BinaryOperator<Tensor> gradient,
      double low,
      double high) {
    super(spec(name, saved));
    this.function = function;
    this.saved = saved;
    this.low = low;
    this.high = high;
    this.grad =
        new UnaryGradOp(
            name + "_grad", derivative, gradient, saved == Saved.X ? this::domain : this::range);
  }

  private static OpSpec spec(String name, Saved saved) {
    CastPolicy policy = WIDE_RANGE.contains(name) ? CastPolicy.F32 : CastPolicy.KEEP;
    OpSpec s = OpSpec.named(name).inputs("x").casts(policy);
    return saved == Saved.X ? s.savesInputs("x") : s.savesOutputs("y");
  }

  private double domain(double unit) {
    return low + (high - low) * unit;
  }

  private double range(double unit) {
    return function.applyAsDouble(domain(unit));
  }

  /** The function of every element of a floating tensor. */
  public Tensor apply(Tensor x) {
    return Dispatcher.call(this, NoAttrs.NONE, x);
  }

  /** The function on one value. */
  public DoubleUnaryOperator function() {
    return function;
  }

  /** The op that multiplies a gradient with the derivative. */
  public UnaryGradOp grad() {
    return grad;
  }

  @Override
  public void infer(Inference i, NoAttrs a) {
    i.requireFloating("x");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs a) {
    return Vjp.grads(
        Dispatcher.call(grad, a, v.grad(), saved == Saved.X ? v.input("x") : v.output("y")));
  }

  /** The output itself where that is what is saved. */
  @Override
  public Tensor recompute(Vjp v, NoAttrs a) {
    return saved == Saved.X ? apply(v.input("x")) : v.output("y");
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(new long[] {3, 5}, new long[] {67}, new long[] {0, 4}, new long[] {})
        .map(shape -> s.sample().uniformIn(low, high, shape).build());
  }

  /** The types it is defined for. */
  static DType[] floats() {
    return new DType[] {DType.F32, DType.F64, DType.BF16, DType.F16};
  }
}
