package dev.bearhug.tasks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes and reads one line of the metrics log. */
final class MetricsJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Above this, a double no longer tells neighbouring whole numbers apart. */
  private static final double WHOLE_LIMIT = 9e15;

  private MetricsJson() {}

  static String write(MetricsEntry entry) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", entry.kind().name().toLowerCase(Locale.ROOT));
    line.put("step", entry.step());
    put(line, "epoch", entry.epoch());
    entry.figures().forEach((name, value) -> put(line, name, value));
    return line.toString();
  }

  private static void put(ObjectNode line, String name, double value) {
    if (!Double.isFinite(value)) {
      line.put(name, Double.toString(value));
    } else if (name.endsWith("_bytes") && Math.abs(value) < WHOLE_LIMIT) {
      line.put(name, (long) value);
    } else {
      line.put(name, value);
    }
  }

  /** Parses a line; throws {@link IllegalArgumentException} that says what is wrong with it. */
  static MetricsEntry read(String text) {
    JsonNode line;
    try {
      line = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
    if (!line.isObject() || !line.path("step").isIntegralNumber()) {
      throw new IllegalArgumentException("no object with a whole number \"step\"");
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      if (!MetricsEntry.RESERVED.contains(field.getKey())) {
        figures.put(field.getKey(), number(field.getKey(), field.getValue()));
      }
    }
    return new MetricsEntry(
        kind(line.path("kind").asText()),
        line.path("step").longValue(),
        number("epoch", line.path("epoch")),
        figures);
  }

  private static MetricsEntry.Kind kind(String name) {
    return switch (name) {
      case "train" -> MetricsEntry.Kind.TRAIN;
      case "eval" -> MetricsEntry.Kind.EVAL;
      default ->
          throw new IllegalArgumentException(
              "\"kind\" is \"" + name + "\", neither \"train\" nor \"eval\"");
    };
  }

  private static double number(String name, JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw new IllegalArgumentException("\"" + name + "\" is no number: " + value);
    };
  }
}
