package dev.bearhug.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InitializerTest {

  private static final Shape CONVOLUTION = Shape.of(60, 40, 3, 5);
  private static final double FAN_IN = 40 * 15;
  private static final double FAN_OUT = 60 * 15;

  private static float[] values(Initializer init, Shape shape) {
    try (Tensor t = init.create(shape, new RandomSource(3))) {
      assertThat(t.shape()).isEqualTo(shape);
      return t.toFloatArray();
    }
  }

  private static void assertSpread(Initializer init, double mean, double std, double bound) {
    float[] x = values(init, CONVOLUTION);
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (float v : x) {
      sum += v;
      squares += (v - mean) * (v - mean);
      largest = Math.max(largest, Math.abs(v - mean));
    }
    assertThat(sum / x.length).isCloseTo(mean, within(0.02 * std));
    assertThat(Math.sqrt(squares / x.length)).isCloseTo(std, within(0.02 * std));
    if (Double.isFinite(bound)) {
      assertThat(largest).isBetween(0.99 * bound, bound * (1 + 1e-6));
    } else {
      assertThat(largest).isGreaterThan(3 * std);
    }
  }

  @Test
  void fillsWithOneValue() {
    assertThat(values(Initializer.zeros(), Shape.of(3))).containsOnly(0);
    assertThat(values(Initializer.ones(), Shape.of(3))).containsOnly(1);
    assertThat(values(Initializer.constant(-2.5), Shape.of(2, 2))).containsOnly(-2.5f);
  }

  @Test
  void drawsFromTheDistributionThatTheNameSays() {
    double none = Double.POSITIVE_INFINITY;
    assertSpread(Initializer.uniform(0.3), 0, 0.3 / Math.sqrt(3), 0.3);
    assertSpread(Initializer.uniform(1, 3), 2, 1 / Math.sqrt(3), 1);
    assertSpread(Initializer.normal(0.2), 0, 0.2, none);
    assertSpread(Initializer.normal(-1, 0.2), -1, 0.2, none);
    // Cutting the normal distribution at 2 deviations leaves 0.8796 of the deviation.
    assertSpread(Initializer.truncatedNormal(0.2), 0, 0.8796 * 0.2, 0.4);
    assertSpread(Initializer.truncatedNormal(5, 0.2), 5, 0.8796 * 0.2, 0.4);
  }

  @Test
  void scalesByFanAndGain() {
    double none = Double.POSITIVE_INFINITY;
    double xavier = 3 * Math.sqrt(2 / (FAN_IN + FAN_OUT));
    assertSpread(Initializer.xavierNormal(3), 0, xavier, none);
    assertSpread(Initializer.xavierUniform(3), 0, xavier, xavier * Math.sqrt(3));
    double gain = Initializer.RELU_GAIN;
    double in = gain / Math.sqrt(FAN_IN);
    double out = gain / Math.sqrt(FAN_OUT);
    assertSpread(Initializer.kaimingNormal(Initializer.FanMode.IN, gain), 0, in, none);
    assertSpread(Initializer.kaimingNormal(Initializer.FanMode.OUT, gain), 0, out, none);
    assertSpread(
        Initializer.kaimingUniform(Initializer.FanMode.IN, gain), 0, in, in * Math.sqrt(3));
    assertSpread(
        Initializer.kaimingUniform(Initializer.FanMode.OUT, gain), 0, out, out * Math.sqrt(3));
    assertThat(Initializer.leakyReluGain(0)).isEqualTo(Initializer.RELU_GAIN);
    assertThat(Initializer.leakyReluGain(Math.sqrt(5)))
        .isCloseTo(Math.sqrt(1.0 / 3), within(1e-15));
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormalTimesTheGain() {
    for (Shape shape :
        new Shape[] {Shape.of(7, 20), Shape.of(33, 5), Shape.of(9, 9), Shape.of(4, 3, 2)}) {
      float[] w = values(Initializer.orthogonal(2), shape);
      int rows = (int) shape.dim(0);
      int cols = w.length / rows;
      boolean wide = rows <= cols;
      int n = Math.min(rows, cols);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double dot = 0;
          for (int k = 0; k < Math.max(rows, cols); k++) {
            dot +=
                (double) (wide ? w[i * cols + k] : w[k * cols + i])
                    * (wide ? w[j * cols + k] : w[k * cols + j]);
          }
          assertThat(dot).as("%s %d %d", shape, i, j).isCloseTo(i == j ? 4 : 0, within(1e-5));
        }
      }
    }
    assertThat(values(Initializer.orthogonal(1), Shape.of(0, 3))).isEmpty();
  }

  @Test
  void valuesDependOnSeedAndPathAlone() {
    Shape shape = Shape.of(5, 3);
    Initializer init = Initializer.normal(1);
    float[] alone = first(Params.random(7, Device.CPU).sub("b"), shape, init);
    Params later = Params.random(7, Device.CPU);
    float[] other = first(later.sub("a"), shape, init);
    assertThat(first(later.sub("b"), shape, init)).isEqualTo(alone).isNotEqualTo(other);
    assertThat(first(Params.random(8, Device.CPU).sub("b"), shape, init)).isNotEqualTo(alone);
    try (Scope scope = Scope.open("test")) {
      for (Map.Entry<String, Initializer> e :
          Map.of(
                  "orthogonal",
                  Initializer.orthogonal(1),
                  "kaiming",
                  Initializer.kaimingUniform(Initializer.FanMode.IN, 1))
              .entrySet()) {
        float[] once = first(Params.random(1, Device.CPU), shape, e.getValue());
        assertThat(first(Params.random(1, Device.CPU), shape, e.getValue()))
            .as(e.getKey())
            .isEqualTo(once);
        assertThat(Arrays.equals(once, alone)).isFalse();
      }
    }
  }

  private static float[] first(Params params, Shape shape, Initializer init) {
    try (Parameter p = params.get("weight", shape, init)) {
      return p.tensor().toFloatArray();
    }
  }

  @Test
  void refusesShapesWithoutFans() {
    for (Map.Entry<String, Initializer> e :
        Map.of(
                "xavierUniform", Initializer.xavierUniform(1),
                "xavierNormal", Initializer.xavierNormal(1),
                "kaimingUniform", Initializer.kaimingUniform(Initializer.FanMode.IN, 1),
                "kaimingNormal", Initializer.kaimingNormal(Initializer.FanMode.OUT, 1),
                "orthogonal", Initializer.orthogonal(1))
            .entrySet()) {
      assertThatThrownBy(() -> e.getValue().create(Shape.of(4), new RandomSource(0)))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              e.getKey()
                  + ": the weight must have two axes or more, [out, in, ...], this is [4]. Use"
                  + " uniform or normal for biases and scales.");
    }
  }
}
