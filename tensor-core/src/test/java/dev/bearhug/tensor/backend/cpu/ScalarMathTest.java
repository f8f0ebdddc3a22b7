package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScalarMathTest {

  @Test
  void erfEqualsItsPowerSeries() {
    for (double x = -3; x <= 3; x += 0.0137) {
      assertThat(ScalarMath.erf(x)).as("erf(%s)", x).isCloseTo(series(x), within(1e-13));
    }
    double slope = ScalarMath.erf(1e-300) / 1e-300;
    assertThat(slope).isCloseTo(2 / Math.sqrt(Math.PI), within(1e-13));
    assertThat(ScalarMath.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(ScalarMath.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(ScalarMath.erf(Double.NaN)).isNaN();
  }

  @Test
  void erfcIsRelativelyExactInItsTail() {
    for (double x = 2.5; x < 12; x += 0.0713) {
      double expected = continuedFraction(x);
      assertThat(ScalarMath.erfc(x) / expected).as("erfc(%s)", x).isCloseTo(1, within(1e-12));
      assertThat(ScalarMath.erfc(-x)).isCloseTo(2 - expected, within(1e-13));
    }
  }

  @Test
  void derivativesMatchDifferenceQuotients() {
    double h = 1e-5;
    for (double x = -9; x <= 9; x += 0.0931) {
      assertSlope(
          x, ScalarMath.geluDerivative(x), ScalarMath.gelu(x + h), ScalarMath.gelu(x - h), h);
      assertSlope(
          x,
          ScalarMath.geluTanhDerivative(x),
          ScalarMath.geluTanh(x + h),
          ScalarMath.geluTanh(x - h),
          h);
      assertSlope(
          x, ScalarMath.siluDerivative(x), ScalarMath.silu(x + h), ScalarMath.silu(x - h), h);
    }
  }

  @Test
  void activationsEqualTheirTextbookFormulas() {
    for (double x = -6; x <= 6; x += 0.0517) {
      double u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
      assertThat(MapOp.GELU_TANH.apply(x)).isCloseTo(0.5 * x * (1 + Math.tanh(u)), within(1e-14));
      double phi = 0.5 * (1 + (Math.abs(x) < 4.2 ? series(x / Math.sqrt(2)) : Math.signum(x)));
      assertThat(MapOp.GELU.apply(x))
          .isCloseTo(x * phi, within(2e-4 * (Math.abs(x) < 4.2 ? 1e-8 : 1)));
      assertThat(MapOp.SIGMOID.apply(x)).isCloseTo(1 / (1 + Math.exp(-x)), within(1e-15));
      assertThat(MapOp.SILU.apply(x)).isCloseTo(x / (1 + Math.exp(-x)), within(1e-14));
      assertThat(MapOp.QUICK_GELU.apply(x))
          .isCloseTo(x / (1 + Math.exp(-1.702 * x)), within(1e-14));
      assertThat(MapOp.SOFTPLUS.apply(x)).isCloseTo(Math.log(1 + Math.exp(x)), within(1e-14));
      assertThat(MapOp.LOG_SIGMOID.apply(x)).isCloseTo(-Math.log(1 + Math.exp(-x)), within(1e-14));
      double mish = x * Math.tanh(Math.log(1 + Math.exp(x)));
      assertThat(MapOp.MISH.apply(x)).isCloseTo(mish, within(1e-14));
    }
  }

  private static void assertSlope(double x, double slope, double above, double below, double h) {
    assertThat(slope).as("slope at %s", x).isCloseTo((above - below) / (2 * h), within(1e-8));
  }

  /** The series of positive terms 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /** exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))). */
  private static double continuedFraction(double x) {
    double tail = x;
    for (int k = 300; k >= 1; k--) {
      tail = x + k / 2.0 / tail;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  }
}
