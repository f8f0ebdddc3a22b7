package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An element-wise function of one floating input that has parameters; declared as a row of a table
 * of element-wise ops.
 *
 * @param <A> the parameters
 */
public final class ParametricOp<A> extends Op<A> {

  /**
   * The gradient by ordinary ops.
   *
   * @param <A> the parameters
   */
  @FunctionalInterface
  interface Gradient<A> {

    /** From the gradient of the output, the input and the parameters to the gradient. */
    Tensor of(Tensor gy, Tensor x, A attrs);
  }

  private final Function<A, DoubleUnaryOperator> function;
  private final Grad<A> grad;
  private final List<A> examples;

  ParametricOp(
      String name,
      Function<A, DoubleUnaryOperator> function,
      Function<A, DoubleUnaryOperator> derivative,
      Gradient<A> gradient,
      List<A> examples) {
    super(OpSpec.named(name).inputs("x").savesInputs("x"));
    this.function = function;
    this.examples = examples;
    this.grad = new Grad<>(name + "_grad", derivative, gradient, examples);
  }

  /** The function on one value, for given parameters. */
  public DoubleUnaryOperator function(A attrs) {
    return function.apply(attrs);
  }

  /** The op that multiplies a gradient with the derivative. */
  public Grad<A> grad() {
    return grad;
  }

  @Override
  public void infer(Inference i, A attrs) {
    i.requireFloating("x");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, A attrs) {
    return Vjp.grads(Dispatcher.call(grad, attrs, v.grad(), v.input("x")));
  }

  @Override
  public Stream<Sample<A>> samples(Sampler s) {
    return examples.stream()
        .flatMap(
            a ->
                Stream.of(new long[] {3, 5}, new long[] {67}, new long[] {0, 4}, new long[] {})
                    .map(shape -> s.sample(a).uniformIn(-4, 5, shape).build()));
  }

  /**
   * Gradient of a {@link ParametricOp}: {@code gx = gy * derivative(x)}.
   *
   * @param <A> the parameters
   */
  public static final class Grad<A> extends Op<A> {

    private final Function<A, DoubleUnaryOperator> derivative;
    private final Gradient<A> gradient;
    private final List<A> examples;

    private Grad(
        String name,
        Function<A, DoubleUnaryOperator> derivative,
        Gradient<A> gradient,
        List<A> examples) {
      super(OpSpec.named(name).inputs("gy", "x").outputs("gx"));
      this.derivative = derivative;
      this.gradient = gradient;
      this.examples = examples;
    }

    /** The derivative on one value, for given parameters. */
    public DoubleUnaryOperator derivative(A attrs) {
      return derivative.apply(attrs);
    }

    @Override
    public void infer(Inference i, A attrs) {
      i.requireFloating("gy");
      i.requireSameDType("gy", "x");
      i.requireShape("x", i.shape("gy"), "a gradient has the shape of its value");
      i.output(i.shape(0), i.dtype(0));
    }

    @Override
    public Tensor[] compose(Tensor[] in, A attrs) {
      return new Tensor[] {gradient.of(in[0], in[1], attrs)};
    }

    @Override
    public Stream<Sample<A>> samples(Sampler s) {
      return examples.stream()
          .flatMap(
              a ->
                  Stream.of(
                      s.sample(a).uniform(5, 7).uniformIn(-4, 5, 5, 7).build(),
                      s.sample(a).uniform(0, 7).uniform(0, 7).build()));
    }
  }
}
