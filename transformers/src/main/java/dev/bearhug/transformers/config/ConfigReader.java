package dev.bearhug.transformers.config;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads values of a {@code config.json} with errors that name the key. */
final class ConfigReader {

  private final JsonNode node;

  ConfigReader(JsonNode node) {
    this.node = node;
  }

  int positiveInt(String key, int absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isIntegralNumber() || !v.canConvertToInt() || v.intValue() <= 0) {
      throw wrong(key, v, "a positive integer");
    }
    return v.intValue();
  }

  /**
   * A token number: {@code absent} without the key, -1 for null, which means there is no such
   * token.
   */
  int tokenId(String key, int absent) {
    JsonNode v = node.get(key);
    if (v == null) {
      return absent;
    }
    if (v.isNull()) {
      return -1;
    }
    if (!v.isIntegralNumber() || !v.canConvertToInt()) {
      throw wrong(key, v, "an integer or null");
    }
    return v.intValue();
  }

  double rate(String key, double absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isNumber() || !(v.doubleValue() >= 0 && v.doubleValue() < 1)) {
      throw wrong(key, v, "a number in [0, 1)");
    }
    return v.doubleValue();
  }

  double positive(String key, double absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isNumber() || !(v.doubleValue() > 0)) {
      throw wrong(key, v, "a positive number");
    }
    return v.doubleValue();
  }

  String text(String key, String absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isTextual()) {
      throw wrong(key, v, "a string");
    }
    return v.textValue();
  }

  boolean flag(String key, boolean absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isBoolean()) {
      throw wrong(key, v, "true or false");
    }
    return v.booleanValue();
  }

  private static IllegalArgumentException wrong(String key, JsonNode value, String wanted) {
    return new IllegalArgumentException(
        "config.json: \"" + key + "\" must be " + wanted + ", this is " + value + ".");
  }
}
