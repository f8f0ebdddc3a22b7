package dev.bearhug.tensor.backend.cpu;

/** Special functions of one double that {@link Math} lacks, accurate to about 1e-13. */
final class ScalarMath {

  /** 1 / sqrt(2). */
  static final double SQRT_HALF = 0.70710678118654752440;

  /** 1 / sqrt(2 pi), the height of the standard normal density. */
  static final double NORMAL_PEAK = 0.39894228040143267794;

  /** sqrt(2 / pi), the slope inside the tanh form of GELU. */
  static final double GELU_SLOPE = 0.79788456080286535588;

  /** The cubic coefficient inside the tanh form of GELU. */
  static final double GELU_CUBIC = 0.044715;

  /** erf(x) / x on [0, 1] as a polynomial in x squared. */
  private static final double[] ERF_SMALL = {
    1.128379167095494,
    -0.37612638902808615,
    0.11283791658548713,
    -0.026866169050599326,
    0.0052239671935439,
    -0.0008547933736519633,
    0.00012046261269779797,
    -1.4795031400662045e-05,
    1.5306373163641084e-06,
    -1.0469110332151208e-07
  };

  /** (1 + 2x) exp(x^2) erfc(x) for x in [0, 12] as a polynomial in t = (x - 4) / (x + 4). */
  private static final double[] ERFC_SCALED = {
    1.2329951186255497,
    -0.13962111684045023,
    0.015379652104097495,
    0.06809705424710923,
    -0.10103906614152551,
    0.09373283506492947,
    -0.06633036326698225,
    0.03716751786279563,
    -0.0161977606687643,
    0.0050319208665414936,
    -0.000757654400769266,
    -0.00019889952764695095,
    0.00015052866079069636,
    -2.549466448976351e-05,
    -1.204411008403409e-05,
    6.68644658274471e-06,
    2.0926530818504633e-06
  };

  private ScalarMath() {}

  /** The error function. */
  static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude <= 1) {
      return x * polynomial(ERF_SMALL, x * x);
    }
    return Math.copySign(1 - erfcOfPositive(magnitude), x);
  }

  /** The complementary error function, relatively accurate in its upper tail up to x = 12. */
  static double erfc(double x) {
    return x >= 0 ? erfcOfPositive(x) : 2 - erfcOfPositive(-x);
  }

  /** The distribution function of the standard normal distribution. */
  static double normalCdf(double x) {
    return 0.5 * erfc(-x * SQRT_HALF);
  }

  /** The density of the standard normal distribution. */
  static double normalPdf(double x) {
    return NORMAL_PEAK * Math.exp(-0.5 * x * x);
  }

  /** The logistic function 1 / (1 + exp(-x)). */
  static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
  }

  /** log(1 + exp(x)) without overflow. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** The exact GELU: x times the normal distribution function of x. */
  static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x * normalCdf(x);
  }

  /** The derivative of {@link #gelu}. */
  static double geluDerivative(double x) {
    return Double.isInfinite(x) ? (x > 0 ? 1 : 0) : normalCdf(x) + x * normalPdf(x);
  }

  /** GELU with the tanh approximation, x sigmoid(2 u) with u = sqrt(2/pi) (x + 0.044715 x^3). */
  static double geluTanh(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x * sigmoid(2 * geluTanhArgument(x));
  }

  /** The derivative of {@link #geluTanh}. */
  static double geluTanhDerivative(double x) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    double s = sigmoid(2 * geluTanhArgument(x));
    double slope = 2 * GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
    return s + x * s * sigmoid(-2 * geluTanhArgument(x)) * slope;
  }

  /** x sigmoid(x). */
  static double silu(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x * sigmoid(x);
  }

  /** The derivative of {@link #silu}. */
  static double siluDerivative(double x) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    return sigmoid(x) * (1 + x * sigmoid(-x));
  }

  /** x tanh(softplus(x)). */
  static double mish(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x * Math.tanh(softplus(x));
  }

  /** The derivative of {@link #mish}. */
  static double mishDerivative(double x) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    double t = Math.tanh(softplus(x));
    return t + x * (1 - t * t) * sigmoid(x);
  }

  private static double geluTanhArgument(double x) {
    return GELU_SLOPE * (x + GELU_CUBIC * x * x * x);
  }

  private static double erfcOfPositive(double x) {
    if (x > 12) {
      return 0;
    }
    double scaled = polynomial(ERFC_SCALED, (x - 4) / (x + 4)) / (1 + 2 * x);
    return Math.exp(-x * x) * scaled;
  }

  private static double polynomial(double[] coefficients, double x) {
    double value = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      value = value * x + coefficients[i];
    }
    return value;
  }
}
