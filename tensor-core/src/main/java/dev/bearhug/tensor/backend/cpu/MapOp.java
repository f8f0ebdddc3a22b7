package dev.bearhug.tensor.backend.cpu;

import java.util.function.DoubleUnaryOperator;

/**
 * An element-wise function of one variable, with its definition in double precision.
 *
 * <p>The definition is what the plain kernels run (one rounding to float at the end) and what the
 * SIMD kernels are tested against. A new function needs one row here; a SIMD version is optional.
 */
public enum MapOp {
  /** e to the power x. */
  EXP(Math::exp),
  /** Natural logarithm; NaN below zero. */
  LOG(Math::log),
  /** Square root; NaN below zero. */
  SQRT(Math::sqrt),
  /** 1 / sqrt(x). */
  RSQRT(x -> 1 / Math.sqrt(x)),
  /** 1 / x. */
  RECIPROCAL(x -> 1 / x),
  /** x times x. */
  SQUARE(x -> x * x),
  /** Absolute value. */
  ABS(Math::abs),
  /** -x. */
  NEG(x -> -x),
  /** Hyperbolic tangent. */
  TANH(Math::tanh),
  /** 1 / (1 + exp(-x)). */
  SIGMOID(ScalarMath::sigmoid),
  /** max(x, 0); NaN stays NaN. */
  RELU(x -> x < 0 ? 0 : x),
  /** x Phi(x) with the normal distribution function Phi (exact form by erf). */
  GELU(ScalarMath::gelu),
  /** x / 2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  GELU_TANH(ScalarMath::geluTanh),
  /** x sigmoid(1.702 x). */
  QUICK_GELU(x -> x == Double.NEGATIVE_INFINITY ? -0.0 : x * ScalarMath.sigmoid(1.702 * x)),
  /** x sigmoid(x). */
  SILU(ScalarMath::silu),
  /** Error function. */
  ERF(ScalarMath::erf),
  /** log(1 + exp(x)). */
  SOFTPLUS(ScalarMath::softplus),
  /** log(sigmoid(x)). */
  LOG_SIGMOID(x -> -ScalarMath.softplus(-x)),
  /** x tanh(softplus(x)). */
  MISH(ScalarMath::mish),
  /** min(max(x, 0), 6); NaN stays NaN. */
  RELU6(x -> Math.min(Math.max(x, 0), 6)),
  /** x min(max(x + 3, 0), 6) / 6. */
  HARDSWISH(x -> x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6),
  /** min(max(x + 3, 0), 6) / 6. */
  HARDSIGMOID(x -> Math.min(Math.max(x + 3, 0), 6) / 6),
  /** e to the power x, minus 1. */
  EXPM1(Math::expm1),
  /** Logarithm of 1 + x; NaN below -1. */
  LOG1P(Math::log1p),
  /** Logarithm of base 2; NaN below zero. */
  LOG2(x -> Math.log(x) / Math.log(2)),
  /** Sine; x in radians. */
  SIN(Math::sin),
  /** Cosine; x in radians. */
  COS(Math::cos);

  private final DoubleUnaryOperator definition;

  MapOp(DoubleUnaryOperator definition) {
    this.definition = definition;
  }

  /** Returns the value at {@code x} in double precision. */
  public double apply(double x) {
    return definition.applyAsDouble(x);
  }
}
