package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients where a function has no derivative, and other conventions of the reference. */
class MathConventionsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  /** The gradient of the sum of a function at a vector. */
  private static float[] gradient(String device, UnaryOperator<Tensor> f, float... values) {
    return gradient(device, f, new long[] {values.length}, values);
  }

  private static float[] gradient(
      String device, UnaryOperator<Tensor> f, long[] shape, float... values) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Autograd.requireGrad(Tensor.of(values, shape).to(Device.parse(device)));
      Tensor y = f.apply(x).sum();
      return Autograd.gradients(y, Tensor.scalar(1, y.dtype(), y.device()), x)[0].toFloatArray();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void clampPassesTheGradientAtItsBoundsAndStopsItOutside(String device) {
    float[] x = {-2, -1, 0, 3, 4, Float.NaN};
    assertThat(gradient(device, t -> t.clamp(-1, 3), x)).containsExactly(0, 1, 1, 1, 0, 0);
    assertThat(gradient(device, t -> t.clampMin(-1), x)).containsExactly(0, 1, 1, 1, 1, 0);
    assertThat(gradient(device, t -> t.clampMax(3), x)).containsExactly(1, 1, 1, 1, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void piecewiseFunctionsHaveTheSlopesOfTheReferenceAtTheirKinks(String device) {
    assertThat(gradient(device, Tensor::relu6, -1, 0, 3, 6, 7)).containsExactly(0, 0, 1, 0, 0);
    assertThat(gradient(device, Tensor::hardswish, -4, -3, 3, 4))
        .containsExactly(0, -0.5f, 1.5f, 1);
    assertThat(gradient(device, t -> t.leakyRelu(0.25), -1, 0, 1)).containsExactly(0.25f, 0.25f, 1);
    assertThat(gradient(device, t -> t.elu(2), 0, 1)).containsExactly(2, 1);
    assertThat(gradient(device, Tensor::abs, -1, 0, 1)).containsExactly(-1, 0, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void equalExtremaShareTheGradientOverAllAndTheFirstTakesItAlongAnAxis(String device) {
    float[] x = {2, 1, 2, 2};
    float third = 1 / 3f;
    assertThat(gradient(device, Tensor::max, x)).containsExactly(third, 0, third, third);
    assertThat(gradient(device, t -> t.max(0, false), x)).containsExactly(1, 0, 0, 0);
    assertThat(gradient(device, t -> t.min(0, false), 3, 1, 1)).containsExactly(0, 1, 0);
    assertThat(gradient(device, t -> t.amin(true, 0), 3, 1, 1)).containsExactly(0, 0.5f, 0.5f);
    assertThat(gradient(device, t -> t.norm(Double.POSITIVE_INFINITY, false, 0), -2, 2, 1))
        .containsExactly(-0.5f, 0.5f, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void productsHaveGradientsAtZeros(String device) {
    assertThat(gradient(device, Tensor::prod, 2, 0, 5)).containsExactly(0, 10, 0);
    assertThat(gradient(device, Tensor::prod, 0, 3, 0)).containsExactly(0, 0, 0);
    // Running products of (2, 0, 5): 2, 0, 0.
    assertThat(gradient(device, t -> t.cumprod(0), 2, 0, 5)).containsExactly(1, 12, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void rootsAtZeroHaveNoGradient(String device) {
    assertThat(gradient(device, t -> t.norm(2, false, 0), 0, 0, 0)).containsOnly(0);
    assertThat(gradient(device, t -> t.norm(0.5, false, 0), 0, 4)).containsExactly(0, 1);
    assertThat(gradient(device, t -> t.std(1, false, 0), 0.1f, 0.1f, 0.1f, 0.1f, 0.1f))
        .containsOnly(0);
    assertThat(gradient(device, t -> t.normalize(2, 0, 1e-12), 0, 0)).containsOnly(1e12f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void powersOfZeroKeepTheirGradients(String device) {
    try (Scope scope = Scope.open("test")) {
      Tensor a = Autograd.requireGrad(Tensor.of(new float[] {0, 0, 2}).to(Device.parse(device)));
      Tensor b = Autograd.requireGrad(Tensor.of(new float[] {0, 3, 0}).to(Device.parse(device)));
      Tensor y = a.pow(b).sum();
      Tensor[] g = Autograd.gradients(y, Tensor.scalar(1, y.dtype(), y.device()), a, b);
      assertThat(g[0].toFloatArray()).containsExactly(0, 0, 0);
      assertThat(g[1].toFloatArray()).containsExactly(0, 0, (float) Math.log(2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void logSumExpOfNothingButNegativeInfinityIsThatWithoutGradient(String device) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {-INF, -INF, 1, -INF}, 2, 2).to(Device.parse(device));
      assertThat(x.logSumExp(false, 1).toFloatArray()).containsExactly(-INF, 1);
    }
    assertThat(gradient(device, t -> t.logSumExp(false, 1), new long[] {2, 2}, -INF, -INF, 1, -INF))
        .containsExactly(0, 0, 1, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void sortingPutsNotANumberLastAndKeepsEqualValuesInPlace(String device) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {1, Float.NaN, -INF, 1, INF, 0f}).to(Device.parse(device));
      assertThat(x.argsort(0, false).toLongArray()).containsExactly(2, 5, 0, 3, 4, 1);
      assertThat(x.argsort(0, true).toLongArray()).containsExactly(1, 4, 0, 3, 5, 2);
      assertThat(x.topk(2, 0, true)[1].toLongArray()).containsExactly(1, 4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void bestOfALongLineAreThoseOfTheSortedLine(String device) {
    int n = 5000;
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) Math.sin(i * 12.9898) * 100 % 7;
    }
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(values).to(Device.parse(device));
      for (boolean largest : new boolean[] {true, false}) {
        Tensor[] sorted = x.sort(0, largest);
        for (int k : new int[] {1, 10, 600, 700, n}) {
          Tensor[] best = x.topk(k, 0, largest);
          assertThat(best[0].toFloatArray())
              .isEqualTo(sorted[0].slice(0, 0, k).contiguous().toFloatArray());
          assertThat(best[1].toLongArray())
              .isEqualTo(sorted[1].slice(0, 0, k).contiguous().toLongArray());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void longReductionsAndScansOfManyPiecesAgreeWithDouble(String device) {
    int n = 100_000;
    float[] values = new float[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      values[i] = (i * 37 % 101 - 40) / 50f;
      sum += values[i];
    }
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(values).to(Device.parse(device));
      assertThat(x.max().item()).isEqualTo(60 / 50f);
      assertThat(x.min().item()).isEqualTo(-40 / 50f);
      assertThat(x.cumsum(0).select(0, n - 1).item()).isEqualTo((float) sum);
      double mean = sum / n;
      double squares = 0;
      for (float v : values) {
        squares += (v - mean) * (v - mean);
      }
      assertThat(x.add(1000).var(0, false, 0).item() / (squares / n)).isBetween(0.9999, 1.0001);
      assertThat(x.var(0, false, 0).item() / (squares / n)).isBetween(0.99999, 1.00001);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void anyAndAllOfNothingAreFalseAndTrue(String device) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.zeros(2, 0).to(Device.parse(device));
      assertThat(x.any(false, 1).toLongArray()).containsExactly(0, 0);
      assertThat(x.all(false, 1).toLongArray()).containsExactly(1, 1);
      Tensor y = Tensor.of(new float[] {0, 0.5f, 1, 1}, 2, 2).to(Device.parse(device));
      assertThat(y.any(false, 1).toLongArray()).containsExactly(1, 1);
      assertThat(y.all(false, 1).toLongArray()).containsExactly(0, 1);
      assertThat(y.countNonzero(false, 0, 1).toLongArray()).containsExactly(3);
    }
  }
}
