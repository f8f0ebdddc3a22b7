package dev.bearhug.nn.optim;

/** Checks of the constants of optimizers; all in the same words. */
final class Hyper {

  private Hyper() {}

  /** Requires a finite number from 0 on. */
  static void notNegative(String optimizer, String name, double value) {
    require(
        value >= 0 && value < Double.POSITIVE_INFINITY,
        optimizer,
        name,
        "finite and not negative",
        value);
  }

  /** Requires a finite number above 0. */
  static void positive(String optimizer, String name, double value) {
    require(
        value > 0 && value < Double.POSITIVE_INFINITY,
        optimizer,
        name,
        "finite and above 0",
        value);
  }

  /** Requires a number from 0 to below 1, such as the decay of a mean. */
  static void decay(String optimizer, String name, double value) {
    require(value >= 0 && value < 1, optimizer, name, "at least 0 and below 1", value);
  }

  private static void require(
      boolean condition, String optimizer, String name, String rule, double value) {
    if (!condition) {
      throw new IllegalArgumentException(
          optimizer + ": " + name + " must be " + rule + ", got " + value + ".");
    }
  }
}
