package dev.bearhug.tasks.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Converts between configuration records and JSON trees, guided by the components of the records.
 *
 * <p>Known types: nested records, {@code String}, {@code boolean}, {@code int}, {@code long},
 * {@code double} and their boxes, enums (names in lower case), {@link Interval} and lists of
 * strings.
 */
final class RecordCodec {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RecordCodec() {}

  /** A value that does not fit its key. */
  static final class Mismatch extends RuntimeException {

    private static final long serialVersionUID = 1L;
    final String key;

    Mismatch(String key, String message) {
      super(message);
      this.key = key;
    }
  }

  /** Returns the dotted keys of all values below a record type, with their types. */
  static Map<String, Class<?>> leaves(Class<?> type) {
    Map<String, Class<?>> leaves = new LinkedHashMap<>();
    collect(type, "", leaves);
    return leaves;
  }

  private static void collect(Class<?> type, String prefix, Map<String, Class<?>> leaves) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + component.getName();
      if (isSection(component.getType())) {
        collect(component.getType(), key + ".", leaves);
      } else {
        leaves.put(key, component.getType());
      }
    }
  }

  static boolean isSection(Class<?> type) {
    return type.isRecord() && type != Interval.class;
  }

  /** Builds a record from a tree that has every key of it. */
  static <T> T bind(Class<T> type, JsonNode tree) {
    return type.cast(bind(type, tree, ""));
  }

  private static Object bind(Class<?> type, JsonNode tree, String prefix) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Class<?> valueType = components[i].getType();
      String key = prefix + components[i].getName();
      JsonNode node = tree.path(components[i].getName());
      values[i] =
          isSection(valueType) ? bind(valueType, node, key + ".") : value(valueType, node, key);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Converts one value, or throws a {@link Mismatch}. */
  static Object value(Class<?> type, JsonNode node, String key) {
    if (node.isNull() && mayBeNull(type)) {
      return null;
    }
    Object value = null;
    if (type == String.class) {
      value = node.isValueNode() && !node.isNull() ? node.asText() : null;
    } else if (type == boolean.class) {
      value = node.isBoolean() ? node.booleanValue() : null;
    } else if (type == int.class || type == Integer.class) {
      value = node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : null;
    } else if (type == long.class) {
      value = node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
    } else if (type == double.class || type == Double.class) {
      value = node.isNumber() && Double.isFinite(node.doubleValue()) ? node.doubleValue() : null;
    } else if (type.isEnum()) {
      value = node.isValueNode() ? constant(type, node.asText()) : null;
    } else if (type == Interval.class) {
      value = interval(node);
    } else if (type == List.class) {
      value = strings(node);
    } else {
      throw new IllegalStateException("no conversion for " + type);
    }
    if (value == null) {
      throw new Mismatch(key, key + " must be " + expected(type) + " (given: " + node + ").");
    }
    return value;
  }

  private static boolean mayBeNull(Class<?> type) {
    return type == String.class
        || type == Integer.class
        || type == Double.class
        || type == ModelSize.class;
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (name(constant).equals(text)) {
        return constant;
      }
    }
    return null;
  }

  private static String name(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }

  private static Interval interval(JsonNode node) {
    try {
      return Interval.parse(node.asText());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static List<String> strings(JsonNode node) {
    if (node.isValueNode() && !node.isNull() && !node.isMissingNode()) {
      return List.of(node.asText());
    }
    if (!node.isArray()) {
      return null;
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isValueNode() || element.isNull()) {
        return null;
      }
      strings.add(element.asText());
    }
    return strings;
  }

  /** Describes what a type accepts. */
  static String expected(Class<?> type) {
    String orNull = mayBeNull(type) ? ", or null" : "";
    if (type.isEnum()) {
      List<String> names = Arrays.stream(type.getEnumConstants()).map(RecordCodec::name).toList();
      return "one of " + String.join(", ", names) + orNull;
    }
    if (type == int.class || type == Integer.class || type == long.class) {
      return "a whole number" + (type == long.class ? "" : " of 32 bits") + orNull;
    }
    if (type == double.class || type == Double.class) {
      return "a finite number" + orNull;
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == Interval.class) {
      return "epoch or a number of steps";
    }
    return type == List.class ? "a list of texts" : "a text" + orNull;
  }

  /** Converts the text of a single setting to the node that a file would have. */
  static JsonNode parse(Class<?> type, String text, String key) {
    if (text.equals("null") && mayBeNull(type)) {
      return NullNode.instance;
    }
    if (type == String.class || type.isEnum() || type == Interval.class) {
      return NODES.textNode(text);
    }
    if (type == List.class && !text.startsWith("[")) {
      ArrayNode array = NODES.arrayNode();
      if (!text.isEmpty()) {
        Arrays.stream(text.split(",", -1)).map(String::strip).forEach(array::add);
      }
      return array;
    }
    try {
      JsonNode node = new JsonMapper().readTree(text);
      return node == null || node.isMissingNode() ? NODES.textNode(text) : node;
    } catch (JsonProcessingException e) {
      throw new Mismatch(key, key + " must be " + expected(type) + " (given: " + text + ").");
    }
  }

  /** Writes a record as a tree. */
  static ObjectNode toTree(Object value) {
    ObjectNode tree = NODES.objectNode();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        tree.set(component.getName(), node(component.getAccessor().invoke(value)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return tree;
  }

  private static JsonNode node(Object value) {
    if (value == null) {
      return NullNode.instance;
    }
    if (isSection(value.getClass())) {
      return toTree(value);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(element -> array.add(element.toString()));
      return array;
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    if (value instanceof Double number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Number number) {
      return NODES.numberNode(number.longValue());
    }
    return NODES.textNode(value instanceof Enum<?> ? name(value) : value.toString());
  }
}
