package dev.bearhug.tensor.backend.cpu;

import static java.lang.Float.floatToIntBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.DynamicCode;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockCodeKernelsTest {

  private static final DynamicCode[] CODES = {DynamicCode.SIGNED, DynamicCode.UNSIGNED};

  @Test
  void valuesRiseAndKeepTheirCode() {
    for (DynamicCode code : CODES) {
      for (int c = 0; c < 256; c++) {
        assertThat(code.encode(code.decode(c))).isEqualTo(c);
        assertThat(c == 0 || code.decode(c) > code.decode(c - 1)).isTrue();
      }
      assertThat(code.decode(255)).isEqualTo(1);
    }
    assertThat(DynamicCode.SIGNED.decode(DynamicCode.SIGNED_ZERO)).isZero();
    assertThat(DynamicCode.UNSIGNED.decode(0)).isZero();
    assertThat(DynamicCode.SIGNED.encode(-1)).isZero();
  }

  @Test
  void codesAreThoseOfTheNearestValue() {
    for (DynamicCode code : CODES) {
      for (int c = 0; c < 255; c++) {
        double low = code.decode(c);
        double step = code.decode(c + 1) - low;
        for (int part = 0; part <= 1000; part++) {
          if (Math.abs(part - 500) > 1) {
            float x = (float) (low + step * part / 1000);
            assertThat(code.encode(x)).as("%s", x).isEqualTo(part < 500 ? c : c + 1);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void decodesEveryCode(FloatKernels kernels) {
    try (Arena arena = Arena.ofConfined()) {
      long codes = arena.allocate(256, 64).address();
      for (int i = 0; i < 256; i++) {
        NativeMemory.putByte(codes + i, (byte) i);
      }
      for (DynamicCode code : CODES) {
        for (float scale : new float[] {1, 0.37f, 0, Float.NaN, 1e-30f}) {
          for (int n : new int[] {256, 201, 3}) {
            NativeFloats values = NativeFloats.of(arena, new float[n + 1]);
            kernels.blockCode().decode(code, codes, scale, values.address(), n);
            for (int i = 0; i < n; i++) {
              assertThat(floatToIntBits(values.get(i)))
                  .isEqualTo(floatToIntBits(code.decode(i) * scale));
            }
            assertThat(values.get(n)).as("behind the end").isZero();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void encodesAsTheCodeBookDoes(FloatKernels kernels) {
    try (Arena arena = Arena.ofConfined()) {
      long codes = arena.allocate(257, 64).address();
      for (int round = 0; round < 400; round++) {
        int n = round % 4 == 3 ? 1 + round * 37 % 256 : 256;
        float[] x = numbers(round, n);
        for (DynamicCode code : CODES) {
          NativeFloats values = NativeFloats.of(arena, x);
          NativeMemory.putByte(codes + n, (byte) 77);
          float scale = kernels.blockCode().encode(code, values.address(), codes, n);
          float largest = 0;
          for (float v : x) {
            largest = Math.max(largest, Math.abs(v));
          }
          largest = largest < 0x1p-120f ? 0 : largest;
          assertThat(floatToIntBits(scale)).isEqualTo(floatToIntBits(largest));
          float inverse = largest == 0 ? 0 : 1 / largest;
          for (int i = 0; i < n; i++) {
            if (!Float.isFinite(largest)) {
              assertThat(NativeMemory.getByte(codes + i)).isEqualTo((byte) code.encode(0));
              continue;
            }
            int least = !code.isSigned() && inverse > 0 && x[i] > 0 ? 1 : 0;
            assertThat(NativeMemory.getByte(codes + i) & 0xff)
                .as("round %d [%d] %s of %s", round, i, x[i], largest)
                .isEqualTo(Math.max(least, code.encode(x[i] * inverse)));
          }
          assertThat(NativeMemory.getByte(codes + n)).as("behind the end").isEqualTo((byte) 77);
        }
      }
    }
  }

  /** Numbers of all sizes, in some rounds all equal to a middle, zero, tiny, or not finite. */
  private static float[] numbers(int round, int n) {
    float[] x = KernelCases.normal(round, n);
    for (int i = 0; i < n; i++) {
      DynamicCode code = CODES[round & 1];
      int c = i % 255;
      x[i] =
          switch (round % 8) {
            case 0 -> (float) (x[i] * Math.pow(10, -(i % 9)));
            case 1, 2 -> i == 0 ? 1 : (code.decode(c) + code.decode(c + 1)) / 2;
            case 4 -> round == 4 ? 0 : x[i] * 1e-37f;
            case 5 -> i == 7 && round < 200 ? Float.POSITIVE_INFINITY : x[i] * 1e38f;
            case 6 -> i == 9 ? Float.NaN : x[i];
            default -> x[i] * x[i] * x[i];
          };
    }
    return x;
  }
}
