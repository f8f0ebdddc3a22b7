package dev.bearhug.tensor.op.std;

/** Functions that {@link Math} lacks, to about double precision. */
public final class SpecialFunctions {

  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private SpecialFunctions() {}

  /**
   * Gauss error function: its Maclaurin-type series {@code 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) /
   * (2n+1)!!} (Abramowitz and Stegun, 7.1.6) below 3, the complement above.
   */
  public static double erf(double x) {
    double a = Math.abs(x);
    if (a < 3) {
      double term = a;
      double sum = a;
      for (int n = 1; term > 1e-18 * sum; n++) {
        term *= 2 * a * a / (2 * n + 1);
        sum += term;
      }
      return Math.copySign(TWO_OVER_SQRT_PI * Math.exp(-a * a) * sum, x);
    }
    return x > 0 ? 1 - erfc(x) : x < 0 ? erfc(-x) - 1 : x;
  }

  /**
   * Complementary error function; from 3 on by the continued fraction of Abramowitz and Stegun,
   * 7.1.14, so that small values keep their relative precision.
   */
  public static double erfc(double x) {
    if (x < 3) {
      return 1 - erf(x);
    }
    if (x > 27) {
      return 0;
    }
    double f = x;
    for (int k = 60; k >= 1; k--) {
      f = x + k / 2.0 / f;
    }
    return Math.exp(-x * x) / (f * Math.sqrt(Math.PI));
  }

  /** Distribution function of the standard normal. */
  public static double normalCdf(double x) {
    return 0.5 * erfc(-x / Math.sqrt(2));
  }

  /** Density of the standard normal. */
  public static double normalPdf(double x) {
    return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }
}
