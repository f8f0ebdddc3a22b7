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

  int anyInt(String key, int absent) {
    JsonNode v = node.get(key);
    if (v == null || v.isNull()) {
      return absent;
    }
    if (!v.isIntegralNumber() || !v.canConvertToInt()) {
      throw wrong(key, v, "an integer");
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
