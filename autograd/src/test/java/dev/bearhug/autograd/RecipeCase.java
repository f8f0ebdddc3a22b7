package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.op.std.Reduction;
import java.util.Arrays;
import java.util.Locale;

/**
 * One case of the reference values, as recipes read it.
 *
 * @param json its description
 * @param in its inputs
 */
record RecipeCase(JsonNode json, TensorMap in) {

  /** An input. */
  Tensor x(String name) {
    return in.get(name);
  }

  /** The first input, whatever its name. */
  Tensor x() {
    return in.values().iterator().next();
  }

  /** An input, null if the case has none of this name. */
  Tensor orNull(String name) {
    return in.getOrNull(name);
  }

  /** All inputs in their order. */
  Tensor[] all() {
    return in.values().toArray(new Tensor[0]);
  }

  /** An attribute; a missing node if the case has none of this name. */
  JsonNode attr(String name) {
    return json.path("attrs").path(name);
  }

  /** A whole number, 0 if absent. */
  int axis(String name) {
    return attr(name).asInt();
  }

  /** A number; infinities are strings in the description. */
  double number(String name, double otherwise) {
    JsonNode node = attr(name);
    if (!node.isTextual()) {
      return node.asDouble(otherwise);
    }
    String text = node.asText().toLowerCase(Locale.ROOT);
    return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /** The attribute {@code keepdim}. */
  boolean keep() {
    return attr("keepdim").asBoolean(false);
  }

  /** The axes of an attribute that is a number, a list or absent for all. */
  int[] axes(String name) {
    JsonNode node = attr(name);
    boolean all = node.isMissingNode() || node.isNull();
    int[] axes = new int[all ? x().rank() : node.isArray() ? node.size() : 1];
    Arrays.setAll(axes, i -> all ? i : node.isArray() ? node.get(i).asInt() : node.asInt());
    return axes;
  }

  /** The attribute {@code reduction} of a loss. */
  Reduction reduction() {
    return switch (attr("reduction").asText("mean")) {
      case "none" -> Reduction.NONE;
      case "mean" -> Reduction.MEAN;
      case "sum" -> Reduction.SUM;
      case "batchmean" -> Reduction.BATCH_MEAN;
      default -> throw new IllegalArgumentException("unknown reduction in " + json);
    };
  }
}
