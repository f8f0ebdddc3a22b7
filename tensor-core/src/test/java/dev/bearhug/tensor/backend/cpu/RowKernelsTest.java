package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.KernelCases.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reductions, softmax, normalisation and cross entropy against plain double formulas. */
class RowKernelsTest {

  private static final int ROWS = 3;
  private static final float MINUS_INFINITY = Float.NEGATIVE_INFINITY;

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void reducesEveryLength(FloatKernels kernels) {
    for (int n : KernelCases.lengths()) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = KernelCases.normal(n, n);
        float[] y = KernelCases.normal(n + 1, n);
        double sum = 0;
        double squares = 0;
        double dot = 0;
        float max = MINUS_INFINITY;
        for (int i = 0; i < n; i++) {
          sum += x[i];
          squares += (double) x[i] * x[i];
          dot += (double) x[i] * y[i];
          max = Math.max(max, x[i]);
        }
        long a = NativeFloats.of(arena, x).address();
        long b = NativeFloats.of(arena, y).address();
        double room = 1e-6 * (1 + Math.sqrt(n));
        assertThat(kernels.reduce().sum(a, n)).as("sum %d", n).isCloseTo(sum, within(room));
        assertThat(kernels.reduce().sumOfSquares(a, n)).isCloseTo(squares, within(1e-6 * (1 + n)));
        assertThat(kernels.reduce().dot(a, b, n)).as("dot %d", n).isCloseTo(dot, within(room));
        assertThat(kernels.reduce().max(a, n)).as("max %d", n).isEqualTo(max);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void longSumsKeepTheirAccuracy(FloatKernels kernels) {
    int n = 3_000_001;
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats x = NativeFloats.zeros(arena, n);
      kernels.map().fill(0.1f, x.address(), n);
      double exact = (double) 0.1f * n;
      assertThat(kernels.reduce().sum(x.address(), n) / exact).isCloseTo(1, within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void reducesRowsAndColumns(FloatKernels kernels) {
    for (int rows : new int[] {0, 1, 7, 8, 21}) {
      for (int cols : KernelCases.lengths()) {
        try (Arena arena = Arena.ofConfined()) {
          float[] x = KernelCases.normal(cols + rows, rows * cols);
          double[] byRow = new double[rows];
          double[] byColumn = new double[cols];
          Arrays.fill(byColumn, 5);
          for (int i = 0; i < x.length; i++) {
            byRow[i / cols] += x[i];
            byColumn[i % cols] += x[i];
          }
          long in = NativeFloats.of(arena, x).address();
          NativeFloats out = NativeFloats.zeros(arena, rows);
          kernels.reduce().sumRows(in, out.address(), rows, cols);
          assertClose("rows of " + cols, out.toArray(), i -> byRow[i], 1e-6, 3e-5);
          float[] fives = new float[cols];
          Arrays.fill(fives, 5);
          NativeFloats columns = NativeFloats.of(arena, fives);
          kernels.reduce().sumColumns(in, columns.address(), rows, cols);
          assertClose("columns of " + rows, columns.toArray(), i -> byColumn[i], 1e-6, 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void findsTheFirstMaximumOfEachRow(FloatKernels kernels) {
    for (int cols = 1; cols < 68; cols++) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = KernelCases.normal(cols, 4 * cols);
        int at = cols / 2;
        x[at] = 9;
        x[cols - 1] = 9;
        x[cols + at] = Float.NaN;
        Arrays.fill(x, 2 * cols, 3 * cols, MINUS_INFINITY);
        x[3 * cols] = 9;
        long in = NativeFloats.of(arena, x).address();
        NativeFloats max = NativeFloats.zeros(arena, 4);
        long indices = arena.allocate(32, 8).address();
        kernels.reduce().rowMax(in, max.address(), 4, cols);
        kernels.reduce().rowArgMax(in, indices, 4, cols);
        assertThat(max.toArray()).containsExactly(9, Float.NaN, MINUS_INFINITY, 9);
        for (int r = 0; r < 4; r++) {
          long expected = r < 2 ? at : 0;
          assertThat(NativeMemory.getLong(indices + 8L * r))
              .as("%d %d", cols, r)
              .isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void softmaxWithAndWithoutMask(FloatKernels kernels) {
    for (int cols : KernelCases.lengths()) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = KernelCases.normal(cols, ROWS * cols);
        float[] mask = KernelCases.normal(cols + 1, ROWS * cols);
        for (int i = 0; i < mask.length; i += 3) {
          mask[i] = MINUS_INFINITY;
        }
        NativeFloats y = NativeFloats.of(arena, x);
        kernels.softmax().softmaxRows(y.address(), 3, 0, 0, y.address(), ROWS, cols);
        double[] plain = softmax(x, 3, null, 0, cols);
        assertClose("softmax of " + cols, y.toArray(), i -> plain[i], 2e-6, 1e-9);
        long m = NativeFloats.of(arena, mask).address();
        for (int stride : new int[] {0, cols}) {
          y = NativeFloats.of(arena, x);
          kernels.softmax().softmaxRows(y.address(), -0.5f, m, stride, y.address(), ROWS, cols);
          double[] masked = softmax(x, -0.5f, mask, stride, cols);
          assertClose("masked of " + cols, y.toArray(), i -> masked[i], 2e-6, 1e-9);
        }
        y = NativeFloats.of(arena, x);
        kernels.softmax().logSoftmaxRows(y.address(), y.address(), ROWS, cols);
        double[] one = softmax(x, 1, null, 0, cols);
        assertClose("log of " + cols, y.toArray(), i -> Math.log(one[i]), 1e-6, 1e-6);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void softmaxOfSpecialRows(FloatKernels kernels) {
    for (int cols : new int[] {5, 33}) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = new float[5 * cols];
        Arrays.fill(x, 0, cols, MINUS_INFINITY);
        Arrays.fill(x, cols, 2 * cols, MINUS_INFINITY);
        x[2 * cols - 1] = Float.NaN;
        x[2 * cols + 1] = Float.NaN;
        x[3 * cols] = Float.POSITIVE_INFINITY;
        x[4 * cols + 2] = 1e30f;
        NativeFloats in = NativeFloats.of(arena, x);
        NativeFloats y = NativeFloats.zeros(arena, x.length);
        NativeFloats log = NativeFloats.zeros(arena, x.length);
        kernels.softmax().softmaxRows(in.address(), 1, 0, 0, y.address(), 5, cols);
        kernels.softmax().logSoftmaxRows(in.address(), log.address(), 5, cols);
        float[] p = y.toArray();
        float[] l = log.toArray();
        for (int c = 0; c < cols; c++) {
          assertThat(p[c]).as("uniform").isCloseTo(1f / cols, within(1e-8f));
          assertThat(l[c]).as("uniform").isCloseTo((float) -Math.log(cols), within(1e-6f));
          assertThat(p[cols + c]).isNaN();
          assertThat(l[cols + c]).isNaN();
          assertThat(p[2 * cols + c]).isNaN();
          assertThat(l[2 * cols + c]).isNaN();
          assertThat(p[3 * cols + c]).isNaN();
          assertThat(p[4 * cols + c]).isEqualTo(c == 2 ? 1 : 0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void softmaxGradients(FloatKernels kernels) {
    for (int cols : KernelCases.lengths()) {
      try (Arena arena = Arena.ofConfined()) {
        float[] x = KernelCases.normal(cols, ROWS * cols);
        float[] g = KernelCases.normal(cols + 1, ROWS * cols);
        double[] p = softmax(x, 1, null, 0, cols);
        float[] y = new float[p.length];
        float[] log = new float[p.length];
        double[] dots = new double[ROWS];
        double[] sums = new double[ROWS];
        for (int i = 0; i < p.length; i++) {
          y[i] = (float) p[i];
          log[i] = (float) Math.log(p[i]);
          dots[i / cols] += p[i] * g[i];
          sums[i / cols] += g[i];
        }
        NativeFloats gx = NativeFloats.of(arena, g);
        long probabilities = NativeFloats.of(arena, y).address();
        kernels
            .softmax()
            .softmaxGradRows(probabilities, gx.address(), 0.25f, gx.address(), ROWS, cols);
        assertClose(
            "gradient of " + cols,
            gx.toArray(),
            i -> 0.25 * p[i] * (g[i] - dots[i / cols]),
            1e-5,
            1e-6);
        gx = NativeFloats.of(arena, g);
        long logs = NativeFloats.of(arena, log).address();
        kernels.softmax().logSoftmaxGradRows(logs, gx.address(), gx.address(), ROWS, cols);
        assertClose(
            "log gradient of " + cols, gx.toArray(), i -> g[i] - p[i] * sums[i / cols], 1e-5, 2e-6);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void layerNormForwardAndBackward(FloatKernels kernels) {
    double eps = 1e-5;
    for (int cols : KernelCases.lengths()) {
      for (int options = 0; options < 4; options++) {
        try (Arena arena = Arena.ofConfined()) {
          float[] x = KernelCases.normal(cols, ROWS * cols);
          float[] other = KernelCases.normal(cols + 1, ROWS * cols);
          float[] g = KernelCases.normal(cols + 2, ROWS * cols);
          float[] w = ones(cols);
          float[] b = new float[cols];
          long weight = 0;
          long bias = 0;
          if ((options & 1) != 0) {
            w = KernelCases.normal(cols + 3, cols);
            weight = NativeFloats.of(arena, w).address();
          }
          if ((options & 2) != 0) {
            b = KernelCases.normal(cols + 4, cols);
            bias = NativeFloats.of(arena, b).address();
          }
          float[] sum = new float[x.length];
          for (int i = 0; i < x.length; i++) {
            sum[i] = x[i] + other[i];
          }
          Norm norm = new Norm(sum, g, w, b, cols, eps, true);
          NativeFloats y = NativeFloats.of(arena, x);
          NativeFloats kept = NativeFloats.of(arena, other);
          NativeFloats mean = NativeFloats.zeros(arena, ROWS);
          NativeFloats rstd = NativeFloats.zeros(arena, ROWS);
          kernels
              .norm()
              .residualLayerNormRows(
                  y.address(),
                  kept.address(),
                  kept.address(),
                  weight,
                  bias,
                  y.address(),
                  mean.address(),
                  rstd.address(),
                  ROWS,
                  cols,
                  eps);
          String what = "layer norm of " + cols + " options " + options;
          assertClose(what, kept.toArray(), i -> sum[i], 0, 0);
          assertClose(what, y.toArray(), i -> norm.y[i], 3e-6, 3e-6);
          if (cols > 0) {
            assertClose(what, mean.toArray(), i -> norm.mean[i], 1e-6, 1e-7);
            assertClose(what, rstd.toArray(), i -> norm.rstd[i], 1e-6, 0);
          }
          NativeFloats plain = NativeFloats.of(arena, sum);
          kernels
              .norm()
              .layerNormRows(plain.address(), weight, bias, plain.address(), 0, 0, ROWS, cols, eps);
          assertThat(plain.toArray()).isEqualTo(y.toArray());
          NativeFloats gx = NativeFloats.of(arena, g);
          NativeFloats gw = NativeFloats.of(arena, ones(cols));
          NativeFloats gb = NativeFloats.of(arena, ones(cols));
          kernels
              .norm()
              .layerNormGradRows(
                  gx.address(),
                  kept.address(),
                  mean.address(),
                  rstd.address(),
                  weight,
                  gx.address(),
                  gw.address(),
                  gb.address(),
                  ROWS,
                  cols);
          assertClose(what + " gw", gw.toArray(), i -> 1 + norm.gw[i], 1e-5, 1e-5);
          assertClose(what + " gb", gb.toArray(), i -> 1 + norm.gb[i], 1e-6, 1e-6);
          double room = cols == 2 || cols == 1 ? 1e-3 : 1e-5;
          assertClose(what + " gx", gx.toArray(), i -> norm.gx[i], room, room);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void layerNormSurvivesLargeMeansAndOverflow(FloatKernels kernels) {
    for (float offset : new float[] {1e4f, 1e6f}) {
      int cols = 769;
      float[] x = KernelCases.normal(1, ROWS * cols);
      for (int i = 0; i < x.length; i++) {
        x[i] += offset;
      }
      Norm norm = new Norm(x, x, ones(cols), new float[cols], cols, 1e-5, true);
      try (Arena arena = Arena.ofConfined()) {
        NativeFloats y = NativeFloats.of(arena, x);
        kernels.norm().layerNormRows(y.address(), 0, 0, y.address(), 0, 0, ROWS, cols, 1e-5);
        assertClose("mean " + offset, y.toArray(), i -> norm.y[i], 1e-5, 1e-6);
      }
    }
    float[] uneven = KernelCases.normal(2, ROWS * 769);
    for (int i = 0; i < uneven.length; i++) {
      uneven[i] += i % 769 < 16 ? 1e4f : -100;
    }
    Norm far = new Norm(uneven, uneven, ones(769), new float[769], 769, 1e-5, true);
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats y = NativeFloats.of(arena, uneven);
      kernels.norm().layerNormRows(y.address(), 0, 0, y.address(), 0, 0, ROWS, 769, 1e-5);
      assertClose("first elements far from the mean", y.toArray(), i -> far.y[i], 1e-6, 1e-6);
    }
    float[] huge = {1e30f, -1e30f, 2e30f, 3e30f};
    Norm norm = new Norm(huge, huge, ones(4), new float[4], 4, 1e-5, true);
    Norm rms = new Norm(huge, huge, ones(4), new float[4], 4, 1e-5, false);
    try (Arena arena = Arena.ofConfined()) {
      NativeFloats x = NativeFloats.of(arena, huge);
      NativeFloats y = NativeFloats.zeros(arena, 4);
      kernels.norm().layerNormRows(x.address(), 0, 0, y.address(), 0, 0, 1, 4, 1e-5);
      assertClose("huge", y.toArray(), i -> norm.y[i], 1e-6, 0);
      kernels.norm().rmsNormRows(x.address(), 0, y.address(), 0, 1, 4, 1e-5);
      assertClose("huge", y.toArray(), i -> rms.y[i], 1e-6, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void rmsNormForwardAndBackward(FloatKernels kernels) {
    double eps = 1e-6;
    for (int cols : KernelCases.lengths()) {
      for (boolean weighted : new boolean[] {false, true}) {
        try (Arena arena = Arena.ofConfined()) {
          float[] x = KernelCases.normal(cols, ROWS * cols);
          float[] g = KernelCases.normal(cols + 1, ROWS * cols);
          float[] w = weighted ? KernelCases.normal(cols + 2, cols) : ones(cols);
          long weight = weighted ? NativeFloats.of(arena, w).address() : 0;
          Norm norm = new Norm(x, g, w, new float[cols], cols, eps, false);
          NativeFloats in = NativeFloats.of(arena, x);
          NativeFloats y = NativeFloats.zeros(arena, x.length);
          NativeFloats rstd = NativeFloats.zeros(arena, ROWS);
          kernels
              .norm()
              .rmsNormRows(in.address(), weight, y.address(), rstd.address(), ROWS, cols, eps);
          assertClose("rms of " + cols, y.toArray(), i -> norm.y[i], 2e-6, 1e-7);
          NativeFloats gx = NativeFloats.of(arena, g);
          NativeFloats gw = NativeFloats.of(arena, ones(cols));
          kernels
              .norm()
              .rmsNormGradRows(
                  gx.address(),
                  in.address(),
                  rstd.address(),
                  weight,
                  gx.address(),
                  gw.address(),
                  ROWS,
                  cols);
          assertClose("gw of " + cols, gw.toArray(), i -> 1 + norm.gw[i], 1e-5, 1e-5);
          assertClose(
              "gx of " + cols, gx.toArray(), i -> norm.gx[i], 1e-5, cols == 1 ? 1e-3 : 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void crossEntropyForwardAndBackward(FloatKernels kernels) {
    for (int cols : KernelCases.lengths()) {
      if (cols == 0) {
        continue;
      }
      for (float smoothing : new float[] {0, 0.1f}) {
        try (Arena arena = Arena.ofConfined()) {
          float[] x = KernelCases.normal(cols, ROWS * cols);
          long[] target = {cols - 1, -100, cols / 3};
          long targets = arena.allocate(8L * ROWS, 8).address();
          for (int r = 0; r < ROWS; r++) {
            NativeMemory.putLong(targets + 8L * r, target[r]);
          }
          double[] p = softmax(x, 1, null, 0, cols);
          double[] expected = new double[ROWS];
          double[] share = new double[x.length];
          for (int i = 0; i < x.length; i++) {
            boolean counted = target[i / cols] != -100;
            boolean hit = i % cols == target[i / cols];
            share[i] = counted ? (hit ? 1 - smoothing : 0) + (double) smoothing / cols : 0;
            expected[i / cols] -= counted ? share[i] * Math.log(p[i]) : 0;
          }
          NativeFloats in = NativeFloats.of(arena, x);
          NativeFloats loss = NativeFloats.zeros(arena, ROWS);
          NativeFloats lse = NativeFloats.zeros(arena, ROWS);
          kernels
              .loss()
              .crossEntropyRows(
                  in.address(),
                  targets,
                  -100,
                  smoothing,
                  loss.address(),
                  lse.address(),
                  ROWS,
                  cols);
          assertClose("loss of " + cols, loss.toArray(), i -> expected[i], 1e-6, 1e-6);
          float[] scales = {0.5f, 2, 3};
          long rowScale = NativeFloats.of(arena, scales).address();
          kernels
              .loss()
              .crossEntropyGradRows(
                  in.address(),
                  lse.address(),
                  targets,
                  -100,
                  smoothing,
                  0.7f,
                  rowScale,
                  in.address(),
                  ROWS,
                  cols);
          assertClose(
              "gradient of " + cols,
              in.toArray(),
              i -> target[i / cols] == -100 ? 0 : 0.7 * scales[i / cols] * (p[i] - share[i]),
              1e-5,
              1e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.bearhug.tensor.backend.cpu.KernelCases#kernels")
  void crossEntropyRejectsTargetsOutsideTheRow(FloatKernels kernels) {
    try (Arena arena = Arena.ofConfined()) {
      long x = NativeFloats.zeros(arena, 5).address();
      long out = NativeFloats.zeros(arena, 2).address();
      long target = arena.allocate(8, 8).address();
      for (long wrong : new long[] {-1, 5}) {
        NativeMemory.putLong(target, wrong);
        assertThatThrownBy(
                () -> kernels.loss().crossEntropyRows(x, target, -100, 0, out, out + 4, 1, 5))
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageStartingWith(
                "cross_entropy: target " + wrong + " at row 0 is outside [0, 5).");
        assertThatThrownBy(
                () -> kernels.loss().crossEntropyGradRows(x, out, target, -100, 0, 1, 0, x, 1, 5))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  private static float[] ones(int n) {
    float[] values = new float[n];
    Arrays.fill(values, 1);
    return values;
  }

  private static double[] softmax(float[] x, float scale, float[] mask, int stride, int cols) {
    double[] y = new double[x.length];
    double[] sums = new double[ROWS];
    for (int i = 0; i < x.length; i++) {
      double score = (double) x[i] * scale;
      y[i] = Math.exp(mask == null ? score : score + mask[i / cols * stride + i % cols]);
      sums[i / cols] += y[i];
    }
    for (int i = 0; i < x.length; i++) {
      y[i] = sums[i / cols] == 0 ? 1.0 / cols : y[i] / sums[i / cols];
    }
    return y;
  }

  /** Normalisation and its gradients in double. */
  private static final class Norm {
    final double[] y;
    final double[] mean;
    final double[] rstd;
    final double[] gx;
    final double[] gw;
    final double[] gb;

    Norm(float[] x, float[] g, float[] w, float[] b, int cols, double eps, boolean centred) {
      int rows = cols == 0 ? 0 : x.length / cols;
      y = new double[x.length];
      gx = new double[x.length];
      mean = new double[rows];
      rstd = new double[rows];
      gw = new double[cols];
      gb = new double[cols];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols && centred; c++) {
          mean[r] += x[r * cols + c] / (double) cols;
        }
        double variance = 0;
        for (int c = 0; c < cols; c++) {
          variance += Math.pow(x[r * cols + c] - mean[r], 2) / cols;
        }
        rstd[r] = 1 / Math.sqrt(variance + eps);
        double sum = 0;
        double dot = 0;
        for (int c = 0; c < cols; c++) {
          int i = r * cols + c;
          double normal = (x[i] - mean[r]) * rstd[r];
          y[i] = normal * w[c] + b[c];
          gw[c] += g[i] * normal;
          gb[c] += g[i];
          sum += centred ? (double) g[i] * w[c] / cols : 0;
          dot += g[i] * w[c] * normal / cols;
        }
        for (int c = 0; c < cols; c++) {
          int i = r * cols + c;
          double normal = (x[i] - mean[r]) * rstd[r];
          gx[i] = rstd[r] * ((double) g[i] * w[c] - sum - normal * dot);
        }
      }
    }
  }
}
