package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.KernelCases.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerKernelsTest {

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void adamWFollowsItsFormulaOverSteps(FloatKernels kernels) {
    for (int n : new int[] {0, 1, 15, 16, 17, 67, 8192, 8201}) {
      try (Arena arena = Arena.ofConfined()) {
        float[] start = KernelCases.normal(n, n);
        NativeFloats param = NativeFloats.of(arena, start);
        NativeFloats m = NativeFloats.zeros(arena, n);
        NativeFloats v = NativeFloats.zeros(arena, n);
        long copy = arena.allocate(2L * n + 2, 64).address();
        double[] p = new double[n];
        double[] first = new double[n];
        double[] second = new double[n];
        for (int i = 0; i < n; i++) {
          p[i] = start[i];
        }
        for (int step = 1; step <= 3; step++) {
          float[] grad = KernelCases.normal(n + step, n);
          kernels
              .optimizer()
              .adamW(
                  param.address(),
                  NativeFloats.of(arena, grad).address(),
                  m.address(),
                  v.address(),
                  0,
                  copy,
                  n,
                  OptimizerKernels.AdamWStep.of(1e-2, 0.9, 0.999, 1e-8, 0.1, step, 0.5));
          for (int i = 0; i < n; i++) {
            double g = grad[i] * 0.5;
            first[i] = 0.9 * first[i] + 0.1 * g;
            second[i] = 0.999 * second[i] + 0.001 * g * g;
            double root = Math.sqrt(second[i] / (1 - Math.pow(0.999, step)));
            p[i] *= 1 - 1e-2 * 0.1;
            p[i] -= 1e-2 * first[i] / (1 - Math.pow(0.9, step)) / (root + 1e-8);
          }
          assertClose("step " + step + " of " + n, param.toArray(), i -> p[i], 1e-6, 1e-6);
          assertClose("m", m.toArray(), i -> first[i], 1e-6, 1e-7);
          assertClose("v", v.toArray(), i -> second[i], 1e-6, 1e-9);
        }
        for (int i = 0; i < n; i++) {
          assertThat(NativeMemory.getShort(copy + 2L * i))
              .isEqualTo(ScalarConvertKernels.toBf16(param.get(i)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void adamWIsTheSameBitForBitInPlainAndSimd(FloatKernels kernels) {
    int n = 1003;
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats[] mine = optimizerState(arena, n);
      NativeFloats[] plain = optimizerState(arena, n);
      var step = OptimizerKernels.AdamWStep.of(1e-3, 0.9, 0.98, 1e-6, 0.01, 7, 0.37);
      for (NativeFloats[] s : new NativeFloats[][] {mine, plain}) {
        OptimizerKernels set =
            s == mine ? kernels.optimizer() : ScalarFloatKernels.create().optimizer();
        for (long vmax : new long[] {0, s[4].address()}) {
          set.adamW(
              s[0].address(), s[1].address(), s[2].address(), s[3].address(), vmax, 0, n, step);
        }
      }
      for (int i = 0; i < 5; i++) {
        assertThat(mine[i].toArray()).isEqualTo(plain[i].toArray());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void sgdFollowsItsFormulaOverSteps(FloatKernels kernels) {
    for (int options = 0; options < 8; options++) {
      double momentum = (options & 1) != 0 ? 0.9 : 0;
      boolean nesterov = (options & 3) == 3;
      double dampening = (options & 4) != 0 && !nesterov ? 0.2 : 0;
      int n = 83;
      try (Arena arena = Arena.ofConfined()) {
        float[] start = KernelCases.normal(n, n);
        NativeFloats param = NativeFloats.of(arena, start);
        NativeFloats buffer = NativeFloats.of(arena, new float[n]);
        kernels.map().fill(Float.NaN, buffer.address(), n);
        double[] p = new double[n];
        double[] moved = new double[n];
        for (int i = 0; i < n; i++) {
          p[i] = start[i];
        }
        for (int step = 1; step <= 3; step++) {
          float[] grad = KernelCases.normal(n + step, n);
          kernels
              .optimizer()
              .sgd(
                  param.address(),
                  NativeFloats.of(arena, grad).address(),
                  buffer.address(),
                  n,
                  new OptimizerKernels.SgdStep(
                      0.1, momentum, dampening, nesterov, 0.01, 2, step == 1));
          for (int i = 0; i < n; i++) {
            double g = 2 * grad[i] + 0.01 * p[i];
            moved[i] = step == 1 ? g : momentum * moved[i] + (1 - dampening) * g;
            double direction = momentum == 0 ? g : nesterov ? g + momentum * moved[i] : moved[i];
            p[i] -= 0.1 * direction;
          }
          assertClose("options " + options, param.toArray(), i -> p[i], 1e-6, 2e-6);
        }
      }
    }
  }

  private static NativeFloats[] optimizerState(Arena arena, int n) {
    float[] v = KernelCases.normal(4, n);
    for (int i = 0; i < n; i++) {
      v[i] *= v[i];
    }
    return new NativeFloats[] {
      NativeFloats.of(arena, KernelCases.normal(1, n)),
      NativeFloats.of(arena, KernelCases.normal(2, n)),
      NativeFloats.of(arena, KernelCases.normal(3, n)),
      NativeFloats.of(arena, v),
      NativeFloats.of(arena, KernelCases.normal(5, n))
    };
  }
}
