package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.KernelCases.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseKernelsTest {

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void mapsEveryLengthInPlace(FloatKernels kernels) {
    for (MapOp op : MapOp.values()) {
      for (int n : KernelCases.lengths()) {
        try (Arena arena = Arena.ofConfined()) {
          float[] x = KernelCases.normal(n, n);
          NativeFloats y = NativeFloats.of(arena, x);
          kernels.map().map(op, y.address(), y.address(), n);
          assertClose(op + " of " + n, y.toArray(), i -> op.apply(x[i]), 1e-6, 1e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void gradientsCoverEveryLength(FloatKernels kernels) {
    for (MapGradOp op : MapGradOp.values()) {
      for (int n : KernelCases.lengths()) {
        try (Arena arena = Arena.ofConfined()) {
          float[] g = KernelCases.normal(n, n);
          float[] x = KernelCases.normal(n + 1, n);
          NativeFloats gx = NativeFloats.of(arena, g);
          kernels
              .map()
              .mapGrad(op, gx.address(), NativeFloats.of(arena, x).address(), gx.address(), n);
          assertClose(op + " of " + n, gx.toArray(), i -> op.apply(g[i], x[i]), 2e-6, 2e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void binaryFormsAreCorrectlyRounded(FloatKernels kernels) {
    for (BinaryOp op : BinaryOp.values()) {
      for (int n : KernelCases.lengths()) {
        try (Arena arena = Arena.ofConfined()) {
          float[] a = KernelCases.normal(n, n);
          float[] b = KernelCases.normal(n + 1, n);
          NativeFloats right = NativeFloats.of(arena, b);
          NativeFloats y = NativeFloats.of(arena, a);
          kernels.map().binary(op, y.address(), right.address(), y.address(), n);
          assertClose(op + " of " + n, y.toArray(), i -> op.apply(a[i], b[i]), 0, 0);
          y = NativeFloats.of(arena, a);
          kernels.map().binaryScalar(op, y.address(), 0.3f, y.address(), n);
          assertClose(op + " scalar of " + n, y.toArray(), i -> op.apply(a[i], 0.3f), 0, 0);
          y = NativeFloats.zeros(arena, 3 * n);
          float[] rows = KernelCases.normal(n + 2, 3 * n);
          long left = NativeFloats.of(arena, rows).address();
          kernels.map().binaryRow(op, left, right.address(), y.address(), 3, n);
          int cols = n;
          assertClose(op + " row of " + n, y.toArray(), i -> op.apply(rows[i], b[i % cols]), 0, 0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void maximumAndMinimumKeepNan(FloatKernels kernels) {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = new float[40];
      values[3] = Float.NaN;
      values[35] = Float.NaN;
      NativeFloats x = NativeFloats.of(arena, values);
      for (BinaryOp op : new BinaryOp[] {BinaryOp.MAX, BinaryOp.MIN}) {
        NativeFloats y = NativeFloats.zeros(arena, 40);
        kernels.map().binaryScalar(op, x.address(), 1, y.address(), 40);
        assertClose(op.name(), y.toArray(), i -> op.apply(values[i], 1), 0, 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void axpyFillAndBiasGelu(FloatKernels kernels) {
    for (int n : KernelCases.lengths()) {
      try (Arena arena = Arena.ofConfined()) {
        int cols = n;
        float[] x = KernelCases.normal(n, 2 * n);
        float[] bias = KernelCases.normal(n + 1, n);
        NativeFloats in = NativeFloats.of(arena, x);
        NativeFloats b = NativeFloats.of(arena, bias);
        NativeFloats y = NativeFloats.of(arena, bias);
        kernels.map().axpy(0.7f, in.address(), y.address(), n);
        assertClose("axpy " + n, y.toArray(), i -> bias[i] + 0.7f * x[i], 0, 0);
        kernels.map().fill(2.5f, y.address(), n);
        assertClose("fill " + n, y.toArray(), i -> 2.5, 0, 0);
        NativeFloats out = NativeFloats.zeros(arena, 2 * n);
        kernels.map().biasGelu(in.address(), b.address(), 0, out.address(), 2, n);
        assertClose(
            "gelu " + n, out.toArray(), i -> ScalarMath.gelu(x[i] + bias[i % cols]), 1e-6, 1e-7);
        out = NativeFloats.zeros(arena, 2 * n);
        kernels.map().biasGelu(in.address(), b.address(), in.address(), out.address(), 2, n);
        assertClose("pre " + n, in.toArray(), i -> x[i] + bias[i % cols], 0, 0);
        assertClose(
            "gelu " + n, out.toArray(), i -> ScalarMath.gelu(x[i] + bias[i % cols]), 1e-6, 1e-7);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void leakyAndExponentialUnitsFollowTheirFormulas(FloatKernels kernels) {
    for (int n : KernelCases.lengths()) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = KernelCases.normal(n, n);
        float[] g = KernelCases.normal(n + 1, n);
        for (int i = 0; i < n; i += 5) {
          x[i] = new float[] {0, -0f, 200, -200, Float.NaN, 1e-6f, -1e-6f, -90}[i / 5 % 8];
        }
        MapKernels map = kernels.map();
        long in = NativeFloats.of(arena, x).address();
        NativeFloats y = NativeFloats.zeros(arena, n);
        map.leaky(0.25f, in, in, y.address(), n);
        assertClose("leaky " + n, y.toArray(), i -> x[i] > 0 ? x[i] : 0.25f * x[i], 0, 0);
        NativeFloats gx = NativeFloats.of(arena, g);
        map.leaky(0.25f, in, gx.address(), gx.address(), n);
        assertClose("leaky grad " + n, gx.toArray(), i -> x[i] > 0 ? g[i] : 0.25f * g[i], 0, 0);
        for (float slope : new float[] {1, 0.5f, -0.01f}) {
          map.elu(1.5f, 0.75f, slope, in, y.address(), n);
          assertClose(
              "elu " + n,
              y.toArray(),
              i -> x[i] > 0 ? 1.5 * x[i] : 0.75 * Math.expm1(slope * (double) x[i]),
              5e-7,
              1e-30);
          gx = NativeFloats.of(arena, g);
          map.eluGrad(1.5f, 0.75f, slope, gx.address(), in, gx.address(), n);
          assertClose(
              "elu grad " + n,
              gx.toArray(),
              i -> g[i] * (x[i] > 0 ? 1.5 : 0.75 * slope * Math.exp(slope * (double) x[i])),
              5e-7,
              1e-30);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void dropoutKeepsByPhiloxWord(FloatKernels kernels) {
    long seed = 0x1234_5678_9ABC_DEF0L;
    long stream = 0xFEDC_BA98_0000_0003L;
    int n = 301;
    float[] x = KernelCases.normal(5, n);
    for (float p : new float[] {0, 0.1f, 0.5f, 0.999f, 1}) {
      for (int[] range : new int[][] {{0, n}, {0, 0}, {3, 5}, {1, 64}, {63, 300}, {64, 128}}) {
        try (Arena arena = Arena.ofConfined()) {
          NativeFloats y = NativeFloats.of(arena, x);
          kernels.dropout().dropout(y.address(), y.address(), range[0], range[1], seed, stream, p);
          assertClose(
              "p " + p + " from " + range[0],
              y.toArray(),
              i -> i < range[0] || i >= range[1] ? x[i] : dropped(x[i], i, seed, stream, p),
              0,
              0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void convertsSixteenBitFormatsExactly(FloatKernels kernels) {
    int n = 1 << 16;
    try (Arena arena = Arena.ofConfined()) {
      long shorts = arena.allocate(2L * n + 2, 64).address() + 2;
      for (int i = 0; i < n; i++) {
        NativeMemory.putShort(shorts + 2L * i, (short) i);
      }
      NativeFloats floats = NativeFloats.zeros(arena, n);
      kernels.convert().bf16ToFloat(shorts, floats.address(), n);
      assertClose("bf16", floats.toArray(), i -> Float.intBitsToFloat(i << 16), 0, 0);
      kernels.convert().floatToBf16(floats.address(), shorts, n);
      for (int i = 0; i < n; i++) {
        int expected = Float.isNaN(Float.intBitsToFloat(i << 16)) ? i | 0x40 : i;
        assertThat(NativeMemory.getShort(shorts + 2L * i))
            .as("bf16 %x", i)
            .isEqualTo((short) expected);
        NativeMemory.putShort(shorts + 2L * i, (short) i);
      }
      kernels.convert().halfToFloat(shorts, floats.address(), n);
      assertClose("half", floats.toArray(), i -> Float.float16ToFloat((short) i), 0, 0);
      kernels.convert().floatToHalf(floats.address(), shorts, n);
      for (int i = 0; i < n; i++) {
        float back = Float.float16ToFloat(NativeMemory.getShort(shorts + 2L * i));
        assertThat(Float.compare(back, Float.float16ToFloat((short) i))).as("half %x", i).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void roundsToBfloat16WithTiesToEven(FloatKernels kernels) {
    int[] bits = {
      0x3F808000,
      0x3F818000,
      0x3F808001,
      0x3F807FFF,
      0x7F7FFFFF,
      0x7F800001,
      0xFF800001,
      0x00008000,
      0x80018000,
      0x7F800000,
      0x7FFFFFFF,
      0x00000001,
      0x3F80FFFF,
      0xBF808000,
      0xBF818000,
      0,
      0x00007FFF
    };
    int[] expected = {
      0x3F80, 0x3F82, 0x3F81, 0x3F80, 0x7F80, 0x7FC0, 0xFFC0, 0, 0x8002, 0x7F80, 0x7FFF, 0, 0x3F81,
      0xBF80, 0xBF82, 0, 0
    };
    try (Arena arena = Arena.ofConfined()) {
      float[] x = new float[3 * bits.length];
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat(bits[i % bits.length]);
      }
      long y = arena.allocate(2L * x.length, 64).address();
      kernels.convert().floatToBf16(NativeFloats.of(arena, x).address(), y, x.length);
      for (int i = 0; i < x.length; i++) {
        assertThat(NativeMemory.getShort(y + 2L * i))
            .as("%x", bits[i % bits.length])
            .isEqualTo((short) expected[i % bits.length]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void convertsIntegersWithRounding(FloatKernels kernels) {
    int n = 53;
    try (Arena arena = Arena.ofConfined()) {
      long ints = arena.allocate(4L * n, 64).address();
      long longs = arena.allocate(8L * n, 64).address();
      for (int i = 0; i < n; i++) {
        NativeMemory.putInt(ints + 4L * i, i * 123_456_789 + 1);
        NativeMemory.putLong(longs + 8L * i, i * 987_654_321_987_654_321L + 1);
      }
      NativeFloats y = NativeFloats.zeros(arena, n);
      kernels.convert().intToFloat(ints, y.address(), n);
      assertClose("i32", y.toArray(), i -> (float) (i * 123_456_789 + 1), 0, 0);
      kernels.convert().longToFloat(longs, y.address(), n);
      assertClose("i64", y.toArray(), i -> (float) (i * 987_654_321_987_654_321L + 1), 0, 0);
    }
  }

  private static double dropped(float x, int i, long seed, long stream, float p) {
    int[] words = new int[4];
    Philox.block(seed, stream, i / 4, words);
    double uniform = (words[i % 4] >>> 8) * 0x1p-24;
    return uniform >= p ? x * (float) (1 / (1 - (double) p)) : 0;
  }
}
