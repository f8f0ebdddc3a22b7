package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Inputs and comparisons shared by the kernel tests. */
final class KernelCases {

  private KernelCases() {}

  /** Both kernel sets: plain and SIMD. */
  static Stream<FloatKernels> kernels() {
    return Stream.of(ScalarFloatKernels.create(), VectorFloatKernels.create());
  }

  /** Every length around the vector widths, and some long ones. */
  static int[] lengths() {
    return IntStream.concat(IntStream.rangeClosed(0, 67), IntStream.of(255, 1000, 4099)).toArray();
  }

  /** Normally distributed values with a fixed seed. */
  static float[] normal(long seed, int size) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Compares with {@code |a - e| <= absolute + relative |e|}; NaN equals NaN only. */
  static void assertClose(
      String what, float[] actual, IntToDoubleFunction expected, double relative, double absolute) {
    for (int i = 0; i < actual.length; i++) {
      double e = expected.applyAsDouble(i);
      boolean close =
          Double.isNaN(e)
              ? Float.isNaN(actual[i])
              : actual[i] == (float) e
                  || Math.abs(actual[i] - e) <= absolute + relative * Math.abs(e);
      if (!close) {
        assertThat((double) actual[i]).as("%s [%d]", what, i).isEqualTo(e);
      }
    }
  }
}
