package dev.bearhug.tensor.backend.cpu;

import java.util.function.DoubleBinaryOperator;

/**
 * The gradient of an element-wise function: {@code gx = gy f'}, from the gradient of the output and
 * either the input x or the output y of the function.
 */
public enum MapGradOp {
  /** Of tanh from y: gy (1 - y^2). */
  TANH_FROM_OUTPUT((gy, y) -> gy * (1 - y * y)),
  /** Of the sigmoid from y: gy y (1 - y). */
  SIGMOID_FROM_OUTPUT((gy, y) -> gy * y * (1 - y)),
  /** Of relu from x or y: gy where positive (or NaN), else 0. */
  RELU((gy, x) -> x <= 0 ? 0 : gy),
  /** Of the exact GELU from x: gy (Phi(x) + x phi(x)). */
  GELU((gy, x) -> gy * ScalarMath.geluDerivative(x)),
  /** Of GELU in tanh form from x. */
  GELU_TANH((gy, x) -> gy * ScalarMath.geluTanhDerivative(x)),
  /** Of silu from x: gy s (1 + x (1 - s)) with s = sigmoid(x). */
  SILU((gy, x) -> gy * ScalarMath.siluDerivative(x)),
  /** Of softplus from x: gy sigmoid(x). */
  SOFTPLUS((gy, x) -> gy * ScalarMath.sigmoid(x)),
  /** Of log(sigmoid(x)) from x: gy sigmoid(-x). */
  LOG_SIGMOID((gy, x) -> gy * ScalarMath.sigmoid(-x)),
  /** Of mish from x. */
  MISH((gy, x) -> gy * ScalarMath.mishDerivative(x)),
  /** Of quick GELU from x. */
  QUICK_GELU((gy, x) -> gy * ScalarMath.siluDerivative(1.702 * x)),
  /** Of relu6 from x: gy inside of (0, 6), else 0. */
  RELU6((gy, x) -> x > 0 && x < 6 ? gy : 0),
  /** Of hardswish from x. */
  HARDSWISH((gy, x) -> gy * (x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : x > 3 ? 1 : x)),
  /** Of hardsigmoid from x: gy / 6 inside of (-3, 3), else 0. */
  HARDSIGMOID((gy, x) -> x > -3 && x < 3 ? gy / 6 : 0),
  /** Of the absolute value from x: gy with the sign of x, 0 at 0. */
  ABS((gy, x) -> gy * Math.signum(x));

  private final DoubleBinaryOperator definition;

  MapGradOp(DoubleBinaryOperator definition) {
    this.definition = definition;
  }

  /**
   * Returns the gradient of the input.
   *
   * @param gy gradient of the output
   * @param value the input or the output of the function, as the constant says
   */
  public double apply(double gy, double value) {
    return definition.applyAsDouble(gy, value);
  }
}
