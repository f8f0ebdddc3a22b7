package dev.bearhug.tensor.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.memory.NativeMemory;
import java.util.SplittableRandom;

/**
 * Whether this machine gains from products in bf16: it does where oneDNN multiplies with the
 * processor's instructions for it (AVX512_BF16, AMX), and where the products then keep the
 * tolerance rule: at most twice the error of rounding inputs and results alone.
 */
final class Bf16Check {

  /** Sizes m, n, k of the products tried: whole tiles, remainders, long sums. */
  private static final long[][] SIZES = {{64, 96, 80}, {33, 17, 65}, {7, 128, 768}};

  private Bf16Check() {}

  /** Holds the answer for the process's products; found once. */
  private static final class Shared {
    private static final Backend.Availability ANSWER = of(GemmSelector.shared().gemm());
  }

  /** The answer for the products of this process. */
  static Backend.Availability shared() {
    return Shared.ANSWER;
  }

  /** The answer for an implementation of products. */
  static Backend.Availability of(Gemm gemm) {
    if (!gemm.name().equals("onednn")) {
      return no("products run in \"" + gemm.name() + "\", which converts bf16 to single precision");
    }
    if (!Instructions.present()) {
      return no("the processor has neither AVX512_BF16 nor AMX");
    }
    double excess = excess(gemm);
    return excess > 0
        ? no("oneDNN's bf16 products exceed the tolerance by " + (float) excess)
        : new Backend.Availability(
            true, "oneDNN multiplies with the processor's bf16 instructions, tolerance kept");
  }

  private static Backend.Availability no(String reason) {
    return new Backend.Availability(false, reason);
  }

  /** Apart, so that the library is asked only if it is there. */
  private static final class Instructions {

    static boolean present() {
      int wanted = dnnl_cpu_isa_avx512_core_bf16;
      return (dnnl_get_effective_cpu_isa() & wanted) == wanted;
    }
  }

  /** By how much products exceed the allowed error, relative to the largest result; 0 if none. */
  static double excess(Gemm gemm) {
    double worst = 0;
    for (long[] size : SIZES) {
      for (DType result : new DType[] {DType.BF16, DType.F32}) {
        worst = Math.max(worst, excess(gemm, size[0], size[1], size[2], result));
      }
    }
    return worst;
  }

  private static double excess(Gemm gemm, long m, long n, long k, DType result) {
    try (Scratch a = new Scratch(2 * m * k);
        Scratch b = new Scratch(2 * n * k);
        Scratch c = new Scratch(4 * m * n)) {
      fill(a.address(), m * k, 1);
      fill(b.address(), n * k, 2);
      GemmShape shape = GemmShape.linear(m, n, k).withTypes(DType.BF16, DType.BF16, result);
      gemm.matmul(shape, a.address(), b.address(), 0, c.address());
      double largest = 0;
      double error = 0;
      double rounding = 0;
      for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
          double exact = dot(a.address() + 2 * i * k, b.address() + 2 * j * k, k);
          double plain = result == DType.F32 ? (float) exact : rounded(exact);
          double got = result.read(c.address() + (i * n + j) * result.bytes());
          largest = Math.max(largest, Math.abs(exact));
          // A result that is not a number must not look like no error.
          error = Math.max(error, Double.isFinite(got) ? Math.abs(got - exact) : 1e30);
          rounding = Math.max(rounding, Math.abs(plain - exact));
        }
      }
      double allowed = 2 * rounding + 1e-6 * k * largest / 8;
      return Math.max(0, error - allowed) / largest;
    }
  }

  private static double rounded(double value) {
    return Float.intBitsToFloat(DType.bf16((float) value) << 16);
  }

  private static double dot(long a, long b, long k) {
    double sum = 0;
    for (long i = 0; i < 2 * k; i += 2) {
      sum += DType.BF16.read(a + i) * DType.BF16.read(b + i);
    }
    return sum;
  }

  private static void fill(long address, long n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < n; i++) {
      NativeMemory.putShort(address + 2 * i, DType.bf16((float) (2 * random.nextDouble() - 1)));
    }
  }
}
