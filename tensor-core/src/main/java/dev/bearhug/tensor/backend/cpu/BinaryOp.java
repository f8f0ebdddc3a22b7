package dev.bearhug.tensor.backend.cpu;

/** An element-wise function of two variables (correctly rounded). */
public enum BinaryOp {
  /** a + b. */
  ADD((a, b) -> a + b),
  /** a - b. */
  SUB((a, b) -> a - b),
  /** a b. */
  MUL((a, b) -> a * b),
  /** a / b. */
  DIV((a, b) -> a / b),
  /** The larger one; NaN if either is NaN. */
  MAX(Math::max),
  /** The smaller one; NaN if either is NaN. */
  MIN(Math::min),
  /** a to the power b. */
  POW((a, b) -> (float) Math.pow(a, b)),
  /** The angle of the point (b, a). */
  ATAN2((a, b) -> (float) Math.atan2(a, b)),
  /** Remainder of a / b with the sign of a. */
  FMOD((a, b) -> a % b);

  /** A function of two floats. */
  private interface Definition {
    float apply(float a, float b);
  }

  private final Definition definition;

  BinaryOp(Definition definition) {
    this.definition = definition;
  }

  /** Returns the value at {@code (a, b)}. */
  public float apply(float a, float b) {
    return definition.apply(a, b);
  }
}
