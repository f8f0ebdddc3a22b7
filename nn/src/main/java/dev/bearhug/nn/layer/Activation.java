package dev.bearhug.nn.layer;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.Suggestions;
import dev.bearhug.tensor.op.std.LinearActivationOp;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Activation functions by the names used in model configurations. */
public final class Activation implements UnaryOperator<Tensor> {

  private static final Map<String, UnaryOperator<Tensor>> NAMES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("gelu", Tensor::gelu),
              Map.entry("gelu_new", Tensor::geluTanh),
              Map.entry("gelu_fast", Tensor::geluTanh),
              Map.entry("gelu_pytorch_tanh", Tensor::geluTanh),
              Map.entry("relu", Tensor::relu),
              Map.entry("sigmoid", Tensor::sigmoid),
              Map.entry("silu", Tensor::silu),
              Map.entry("swish", Tensor::silu),
              Map.entry("tanh", Tensor::tanh),
              Map.entry("linear", x -> x)));

  private static final Map<String, LinearActivationOp.Kind> FUSED =
      Map.of(
          "gelu", LinearActivationOp.Kind.GELU,
          "gelu_new", LinearActivationOp.Kind.GELU_TANH,
          "gelu_fast", LinearActivationOp.Kind.GELU_TANH,
          "gelu_pytorch_tanh", LinearActivationOp.Kind.GELU_TANH,
          "relu", LinearActivationOp.Kind.RELU,
          "silu", LinearActivationOp.Kind.SILU,
          "swish", LinearActivationOp.Kind.SILU);

  private final UnaryOperator<Tensor> function;
  private final LinearActivationOp.Kind fused;

  private Activation(UnaryOperator<Tensor> function, LinearActivationOp.Kind fused) {
    this.function = function;
    this.fused = fused;
  }

  /**
   * The function of this name.
   *
   * @throws IllegalArgumentException if it is unknown; lists the known ones
   */
  public static Activation named(String name) {
    String key = name.toLowerCase(Locale.ROOT);
    UnaryOperator<Tensor> f = NAMES.get(key);
    if (f == null) {
      throw new IllegalArgumentException(
          "activation: \""
              + name
              + "\" is unknown. Known are "
              + NAMES.keySet()
              + "."
              + Suggestions.didYouMean(name, NAMES.keySet()));
    }
    return new Activation(f, FUSED.get(key));
  }

  /** The function of every element. */
  @Override
  public Tensor apply(Tensor x) {
    return function.apply(x);
  }

  /**
   * The function of {@code x · weightᵀ + bias}, in one pass over the result where there is an op
   * for it.
   *
   * @param bias null for none
   */
  Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return fused == null
        ? apply(x.linear(weight, bias))
        : LinearActivationOp.apply(fused, x, weight, bias);
  }
}
