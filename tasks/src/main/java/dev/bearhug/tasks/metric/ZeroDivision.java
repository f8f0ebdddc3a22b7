package dev.bearhug.tasks.metric;

/** What precision and recall are when their denominator is zero, as in scikit-learn. */
public enum ZeroDivision {
  /** The undefined ratio counts as 0: the default. */
  ZERO(0.0),
  /** The undefined ratio counts as 1. */
  ONE(1.0);

  private final double value;

  ZeroDivision(double value) {
    this.value = value;
  }

  /** Returns the substitute. */
  public double value() {
    return value;
  }
}
