package dev.bearhug.nn.loss;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * One case of the reference values of losses.
 *
 * @param kind the loss
 * @param form what the name of the case says beyond that, may be empty
 * @param options options of the case
 * @param in inputs and parameters by name
 */
record LossCase(String kind, String form, JsonNode options, TensorMap in) {

  /** Splits the name of a case; cases of very large inputs are named after their loss. */
  static LossCase of(JsonNode json, TensorMap in) {
    String[] path = json.get("case").asText().split("/", 2);
    String rest = path.length == 1 ? "" : path[1];
    return path[0].equals("large")
        ? new LossCase(rest, "", json.get("options"), in)
        : new LossCase(path[0], rest, json.get("options"), in);
  }

  Tensor x(String name) {
    return in.get(name);
  }

  Tensor orNull(String name) {
    return in.getOrNull(name);
  }

  double number(String option) {
    return options.get(option).asDouble();
  }

  double number(String option, double absent) {
    return options.path(option).asDouble(absent);
  }

  boolean flag(String option) {
    return options.path(option).asBoolean(false);
  }

  String text(String option) {
    return options.path(option).asText("");
  }

  /** The reduction that the options name; anything but sum and none is a mean. */
  Reduction reduction() {
    return switch (text("reduction")) {
      case "sum" -> Reduction.SUM;
      case "none" -> Reduction.NONE;
      default -> Reduction.MEAN;
    };
  }
}
