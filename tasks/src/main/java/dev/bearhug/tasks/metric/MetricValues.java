package dev.bearhug.tasks.metric;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The named results of one or several metrics, in the order in which they were computed.
 *
 * @param values the value of each name; {@code NaN} stands for an undefined result
 */
public record MetricValues(Map<String, Double> values) {

  /** Copies the map, keeping its order. */
  public MetricValues {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Returns values with a single entry. */
  public static MetricValues of(String name, double value) {
    return new MetricValues(Map.of(name, value));
  }

  /**
   * Returns the value of a name.
   *
   * @throws IllegalArgumentException when there is no such name
   */
  public double get(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "metric: there is no value named \"" + name + "\" (computed: " + values.keySet() + ").");
    }
    return value;
  }

  /**
   * Returns these values followed by others.
   *
   * @throws IllegalArgumentException when a name occurs in both
   */
  public MetricValues and(MetricValues others) {
    Map<String, Double> all = new LinkedHashMap<>(values);
    others.values.forEach(
        (name, value) -> {
          if (all.put(name, value) != null) {
            throw new IllegalArgumentException(
                "metric: the name \"" + name + "\" is computed twice. Rename one of the metrics.");
          }
        });
    return new MetricValues(all);
  }

  /**
   * Returns the values as a JSON object in which undefined and infinite values are {@code null}.
   */
  public ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    values.forEach(
        (name, value) -> {
          if (Double.isFinite(value)) {
            node.put(name, value);
          } else {
            node.putNull(name);
          }
        });
    return node;
  }
}
