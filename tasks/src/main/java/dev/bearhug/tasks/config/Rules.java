package dev.bearhug.tasks.config;

/** The checks that sections share; a message starts with the dotted key. */
final class Rules {

  private Rules() {}

  static void require(boolean holds, String key, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(key + " " + rule + " (is " + value + ").");
    }
  }

  static void atLeast(long least, String key, Number value) {
    require(value == null || value.longValue() >= least, key, "must be at least " + least, value);
  }

  static void probability(String key, Double value) {
    require(value == null || value >= 0 && value < 1, key, "must be at least 0 and below 1", value);
  }

  static void notBlank(String key, String value) {
    require(value == null || !value.isBlank(), key, "must not be blank", "\"" + value + "\"");
  }
}
