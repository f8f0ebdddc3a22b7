package dev.bearhug.nn.layer;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.Suggestions;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Activation functions by the names used in model configurations. */
public final class Activation {

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

  private Activation() {}

  /**
   * The function of this name.
   *
   * @throws IllegalArgumentException if it is unknown; lists the known ones
   */
  public static UnaryOperator<Tensor> named(String name) {
    UnaryOperator<Tensor> f = NAMES.get(name.toLowerCase(Locale.ROOT));
    if (f == null) {
      throw new IllegalArgumentException(
          "activation: \""
              + name
              + "\" is unknown. Known are "
              + NAMES.keySet()
              + "."
              + Suggestions.didYouMean(name, NAMES.keySet()));
    }
    return f;
  }
}
