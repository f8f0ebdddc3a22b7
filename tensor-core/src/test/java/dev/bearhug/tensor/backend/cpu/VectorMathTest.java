package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sweeps every float exponent, both signs, and the edges of each function's range. */
class VectorMathTest {

  private static final long SEED = 20240517;
  private static final int PER_EXPONENT = 700;

  /** Results this small may be flushed to zero. */
  private static final double FLUSH = 2e-36;

  private final MapKernels vector = new VectorMapKernels();

  @ParameterizedTest
  @CsvSource({
    "EXP, 2",
    "LOG, 2",
    "SQRT, 0.51",
    "RSQRT, 2",
    "RECIPROCAL, 0.51",
    "SQUARE, 0.51",
    "ABS, 0",
    "NEG, 0",
    "TANH, 3",
    "SIGMOID, 3",
    "RELU, 0",
    "SILU, 4",
    "ERF, 3",
    "SOFTPLUS, 3",
    "LOG_SIGMOID, 3",
    "MISH, 6",
    "RELU6, 0",
    "HARDSWISH, 2",
    "HARDSIGMOID, 2",
    "EXPM1, 3",
    "LOG1P, 3",
    "LOG2, 3",
    "SIN, 0.51",
    "COS, 0.51"
  })
  void staysWithinItsErrorBound(MapOp op, double bound) {
    float[] x = sweep();
    float[] y = run(op, x);
    double worst = 0;
    float where = 0;
    for (int i = 0; i < x.length; i++) {
      double error = ulps(y[i], op.apply(x[i]));
      if (error > worst) {
        worst = error;
        where = x[i];
      }
    }
    assertThat(worst).as("ulp of %s at %s, seed %d", op, where, SEED).isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @EnumSource(names = {"GELU_TANH", "QUICK_GELU"})
  void scaledSigmoidsStayWithinTheirAbsoluteBound(MapOp op) {
    float[] x = sweep();
    KernelCases.assertClose(op + " of seed " + SEED, run(op, x), i -> op.apply(x[i]), 1e-6, 1e-6);
  }

  @Test
  void geluStaysWithinItsBound() {
    float[] x = sweep();
    KernelCases.assertClose(
        "GELU of seed " + SEED, run(MapOp.GELU, x), i -> MapOp.GELU.apply(x[i]), 5e-7, 1e-7);
  }

  @ParameterizedTest
  @EnumSource(MapGradOp.class)
  void gradientsStayWithinTheirAbsoluteBound(MapGradOp op) {
    float[] x = op.name().endsWith("_FROM_OUTPUT") ? outputs() : sweep();
    float[] g = KernelCases.normal(SEED, x.length);
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats gx = NativeFloats.zeros(arena, x.length);
      vector.mapGrad(
          op,
          NativeFloats.of(arena, g).address(),
          NativeFloats.of(arena, x).address(),
          gx.address(),
          x.length);
      float[] actual = gx.toArray();
      for (int i = 0; i < x.length; i++) {
        double expected = op.apply(g[i], x[i]);
        double error = Math.abs(actual[i] - expected);
        boolean close =
            Double.isNaN(expected)
                ? Float.isNaN(actual[i])
                : error <= 1e-6 * Math.max(Math.abs(g[i]), Math.abs(expected));
        assertThat(close)
            .as("%s(%s, %s) = %s, expected %s, seed %d", op, g[i], x[i], actual[i], expected, SEED)
            .isTrue();
      }
    }
  }

  private float[] run(MapOp op, float[] x) {
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats y = NativeFloats.zeros(arena, x.length);
      vector.map(op, NativeFloats.of(arena, x).address(), y.address(), x.length);
      return y.toArray();
    }
  }

  /** The distance in units of the last place of the exact value, near zero of the flush limit. */
  private static double ulps(float actual, double exact) {
    if (Double.isNaN(exact)) {
      return Float.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
    }
    float rounded = (float) exact;
    if (Float.compare(actual, rounded) == 0 || actual == rounded) {
      return 0;
    }
    if (Float.isInfinite(rounded) || Float.isInfinite(actual)) {
      boolean edge = Math.abs(exact) >= 0.999999 * Float.MAX_VALUE && actual * exact > 0;
      return edge ? 1 : Double.POSITIVE_INFINITY;
    }
    double error = Math.abs(actual - exact);
    return error <= FLUSH && Math.abs(exact) <= FLUSH ? 0 : error / Math.ulp(rounded);
  }

  /** Values a tanh or sigmoid can have: larger ones would overflow on the way. */
  private static float[] outputs() {
    float[] y = sweep();
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.abs(y[i]) > 1 ? 1 / y[i] : y[i];
    }
    return y;
  }

  private static float[] sweep() {
    Random random = new Random(SEED);
    float[] edges = {
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.intBitsToFloat(0x7FFFFFFF),
      Float.intBitsToFloat(0xFF800001),
      1f,
      -1f,
      88.72283f,
      88.72284f,
      -87.33654f,
      -103.97f,
      -103.98f,
      9.02f,
      10f,
      20f,
      -20f,
      200f,
      -200f
    };
    float[] x = new float[2 * 256 * PER_EXPONENT + 40_000 + edges.length];
    int next = 0;
    for (int exponent = 0; exponent < 256; exponent++) {
      for (int i = 0; i < PER_EXPONENT; i++) {
        int bits = exponent << 23 | random.nextInt(1 << 23);
        x[next++] = Float.intBitsToFloat(bits);
        x[next++] = Float.intBitsToFloat(bits | 0x80000000);
      }
    }
    for (int i = 0; i < 40_000; i++) {
      x[next++] = (random.nextFloat() - 0.5f) * (i % 2 == 0 ? 16 : 220);
    }
    System.arraycopy(edges, 0, x, next, edges.length);
    return x;
  }
}
