package dev.bearhug.nn.loss;

/** The rule of temperatures, which divide scores before a softmax. */
final class Temperatures {

  private Temperatures() {}

  /**
   * Checks a temperature.
   *
   * @param loss name of the loss
   * @throws IllegalArgumentException unless it is positive and finite
   */
  static void check(String loss, double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          loss
              + ": the temperature is "
              + temperature
              + " but must be positive and finite; scores are divided by it.");
    }
  }
}
