package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import java.lang.foreign.Arena;
import java.util.Random;

/** One product with random values in native memory, and its expected result in double precision. */
final class GemmCase {

  private static final double F32_ULP = 0x1p-23;
  private static final double BF16_ULP = 0x1p-8;

  final GemmShape shape;
  final long a;
  final long b;
  final long bias;
  final long c;
  private final long countC;
  private final double[] expected;
  private final double[] magnitude;

  GemmCase(Arena arena, GemmShape shape, Random random) {
    this.shape = shape;
    long countA = extent(shape.a(), shape.m(), shape.k());
    long countB = extent(shape.b(), shape.k(), shape.n());
    countC = extent(shape.c(), shape.m(), shape.n());
    a = fill(arena, shape.a().type(), countA, random);
    b = fill(arena, shape.b().type(), countB, random);
    c = fill(arena, shape.c().type(), countC, random);
    bias = shape.bias() == null ? 0 : fill(arena, shape.bias(), shape.n(), random);
    expected = read(c);
    magnitude = new double[expected.length];
    compute();
  }

  private long extent(GemmOperand x, long rows, long cols) {
    long last =
        Math.max(0, shape.batch1() - 1) * x.batchStride1()
            + Math.max(0, shape.batch2() - 1) * x.batchStride2()
            + Math.max(0, rows - 1) * x.rowStride()
            + Math.max(0, cols - 1) * x.colStride();
    return last + 1;
  }

  /**
   * Memory of exactly the needed size, so that reads behind it meet guard values of not-a-number.
   */
  private static long fill(Arena arena, DType type, long count, Random random) {
    long guard = 64;
    long address = arena.allocate((count + guard) * type.bytes(), 64).address();
    for (long i = 0; i < count; i++) {
      type.write(address + i * type.bytes(), random.nextGaussian());
    }
    for (long i = count; i < count + guard; i++) {
      type.write(address + i * type.bytes(), Double.NaN);
    }
    return address;
  }

  private double[] read(long address) {
    double[] values = new double[(int) countC];
    DType type = shape.c().type();
    for (int i = 0; i < values.length; i++) {
      values[i] = type.read(address + (long) i * type.bytes());
    }
    return values;
  }

  private void compute() {
    GemmShape s = shape;
    for (long b1 = 0; b1 < s.batch1(); b1++) {
      for (long b2 = 0; b2 < s.batch2(); b2++) {
        for (long i = 0; i < s.m(); i++) {
          for (long j = 0; j < s.n(); j++) {
            double sum = 0;
            double absolute = 0;
            for (long t = 0; t < s.k(); t++) {
              double product = at(s.a(), a, b1, b2, i, t) * at(s.b(), b, b1, b2, t, j);
              sum += product;
              absolute += Math.abs(product);
            }
            int to = (int) index(s.c(), b1, b2, i, j);
            double value = s.alpha() * sum;
            absolute *= Math.abs(s.alpha());
            if (s.bias() != null) {
              double add = s.bias().read(bias + j * s.bias().bytes());
              value += add;
              absolute += Math.abs(add);
            }
            if (s.accumulate()) {
              value += expected[to];
              absolute += Math.abs(expected[to]);
            }
            expected[to] = value;
            magnitude[to] = absolute;
          }
        }
      }
    }
  }

  private static long index(GemmOperand x, long b1, long b2, long i, long j) {
    return b1 * x.batchStride1() + b2 * x.batchStride2() + i * x.rowStride() + j * x.colStride();
  }

  private static double at(GemmOperand x, long base, long b1, long b2, long i, long j) {
    return x.type().read(base + index(x, b1, b2, i, j) * x.type().bytes());
  }

  void run(Gemm gemm) {
    gemm.matmul(shape, a, b, bias, c);
  }

  /** The first wrong element in words, or null; elements outside of C must keep their value. */
  String firstError() {
    double[] actual = read(c);
    double rounding = shape.c().type() == DType.BF16 ? BF16_ULP : F32_ULP;
    for (int i = 0; i < actual.length; i++) {
      // each of the k additions rounds once; products of parts of a BF16 result round a few times
      // more
      double tolerance =
          magnitude[i] * F32_ULP * (shape.k() + 4) + Math.abs(expected[i]) * rounding;
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
        return "element "
            + i
            + ": expected "
            + expected[i]
            + " +- "
            + tolerance
            + ", was "
            + actual[i];
      }
    }
    DType type = shape.c().type();
    for (long i = countC; i < countC + 64; i++) {
      if (!Double.isNaN(type.read(c + i * type.bytes()))) {
        return "wrote behind the end of C, at element " + i;
      }
    }
    return null;
  }

  /** The result as bits. */
  byte[] resultBytes() {
    byte[] bytes = new byte[(int) (countC * shape.c().type().bytes())];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = dev.bearhug.tensor.memory.NativeMemory.getByte(c + i);
    }
    return bytes;
  }
}
