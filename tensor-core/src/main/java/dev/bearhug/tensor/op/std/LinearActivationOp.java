package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code y = f(pre)} with {@code pre = x · weightᵀ + bias} and an activation function f: a linear
 * layer whose result is activated block by block, while it is in the cache.
 *
 * <p>x is {@code [..., in]}, weight {@code [out, in]}, bias {@code [out]}. The second output is pre
 * if it is kept for the gradient, else empty; a gradient that needs it computes it again.
 */
public final class LinearActivationOp extends Op<LinearActivationOp.Attrs> {

  /** The only instance. */
  public static final LinearActivationOp INSTANCE = new LinearActivationOp();

  /** Activation functions. */
  public enum Kind {
    /** {@code max(x, 0)}. */
    RELU(ElementwiseOps.RELU),
    /** The exact form by the error function. */
    GELU(ElementwiseOps.GELU),
    /** The approximation by tanh. */
    GELU_TANH(ElementwiseOps.GELU_TANH),
    /** {@code x * sigmoid(x)}. */
    SILU(ElementwiseOps.SILU);

    private final UnaryOp op;

    Kind(UnaryOp op) {
      this.op = op;
    }

    /** The function as an op of its own. */
    public UnaryOp op() {
      return op;
    }
  }

  /**
   * Settings.
   *
   * @param kind the function
   * @param keep whether the second output holds the sums before the function
   */
  public record Attrs(Kind kind, boolean keep) {}

  private LinearActivationOp() {
    super(
        OpSpec.named("linear_activation")
            .inputs("x", "weight")
            .optional("bias")
            .outputs("y", "pre")
            .savesInputs("x", "weight", "bias")
            .savesOutputs("pre")
            .casts(CastPolicy.LOW, "x", "weight"));
  }

  /**
   * The activated result.
   *
   * @param bias null for none
   */
  public static Tensor apply(Kind kind, Tensor x, Tensor weight, Tensor bias) {
    Attrs attrs = new Attrs(kind, Dispatcher.isRecording());
    Tensor[] outputs = Dispatcher.apply(INSTANCE, attrs, x, weight, bias);
    outputs[1].close();
    return outputs[0];
  }

  @Override
  public void infer(Inference i, Attrs a) {
    Shape y = LinearOp.resultShape(i);
    i.output(y, i.dtype(0));
    i.output(a.keep() ? y : Shape.of(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor pre = in[0].linear(in[1], in[2]);
    Tensor y = a.kind().op().apply(pre);
    return new Tensor[] {y, a.keep() ? pre : pre.reshape(pre.numel()).slice(0, 0, 0)};
  }

  @Override
  public Tensor recompute(Vjp v, Attrs a) {
    return a.keep()
        ? a.kind().op().apply(v.output("pre"))
        : Dispatcher.call(INSTANCE, a, v.input("x"), v.input("weight"), v.input("bias"));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor g = v.grad();
    Tensor pre =
        a.keep() ? v.output("pre") : v.input("x").linear(v.input("weight"), v.input("bias"));
    return LinearOp.gradients(v, Dispatcher.call(a.kind().op().grad(), NoAttrs.NONE, g, pre));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    List<Sample<Attrs>> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Attrs keeping = new Attrs(kind, true);
      all.add(s.sample(keeping).uniform(3, 5).uniform(4, 5).uniform(4).build());
      all.add(s.sample(new Attrs(kind, false)).uniform(2, 3, 7).uniform(5, 7).absent().build());
    }
    Attrs gelu = new Attrs(Kind.GELU, false);
    all.add(s.sample(gelu).uniform(6).uniform(3, 6).uniform(3).build());
    all.add(s.sample(gelu).uniform(33, 17).uniform(18, 17).uniform(18).build());
    all.add(s.sample(gelu).uniform(0, 5).uniform(4, 5).uniform(4).build());
    return all.stream();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(Kind.GELU, true))
            .uniform(2, 5)
            .uniform(5, 4)
            .absent()
            .fails(
                ShapeException.class,
                "linear_activation: x [2, 5] ends in 5 but weight is [5, 4]; it must be [out, 5]."));
  }
}
