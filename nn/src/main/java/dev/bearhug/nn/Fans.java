package dev.bearhug.nn;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.error.ShapeException;

/**
 * Inputs per output and outputs per input of a weight.
 *
 * @param in number of inputs, at least 1
 * @param out number of outputs, at least 1
 */
record Fans(double in, double out) {

  /** The fans of a shape {@code [out, in, ...]}. */
  static Fans of(String initializer, Shape shape) {
    requireMatrix(initializer, shape);
    double field = 1;
    for (int i = 2; i < shape.rank(); i++) {
      field *= shape.dim(i);
    }
    return new Fans(Math.max(1, shape.dim(1) * field), Math.max(1, shape.dim(0) * field));
  }

  static void requireMatrix(String initializer, Shape shape) {
    if (shape.rank() < 2) {
      throw new ShapeException(
          initializer,
          "the weight must have two axes or more, [out, in, ...], this is "
              + shape
              + ". Use uniform or normal for biases and scales.");
    }
  }

  double of(Initializer.FanMode mode) {
    return mode == Initializer.FanMode.IN ? in : out;
  }

  double xavierDeviation() {
    return Math.sqrt(2 / (in + out));
  }
}
