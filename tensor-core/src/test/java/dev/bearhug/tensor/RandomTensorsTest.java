package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import dev.bearhug.tensor.memory.Scope;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomTensorsTest {

  private static final long SEED = 77;
  private static final int N = 300_001;

  private static float[] normal(int n) {
    try (Tensor t = RandomTensors.normal(Shape.of(n), 0, 1, new RandomSource(SEED))) {
      return t.toFloatArray();
    }
  }

  @Test
  void valuesDoNotDependOnTheNumberOfThreads() {
    int threads = WorkerPool.shared().threads();
    try {
      WorkerPool.shared().setThreads(1);
      float[] alone = normal(N);
      WorkerPool.shared().setThreads(3);
      assertThat(normal(N)).isEqualTo(alone);
    } finally {
      WorkerPool.shared().setThreads(threads);
    }
  }

  @Test
  void elementsComeFromTheBlockOfTheirNumber() {
    int[] words = new int[4];
    float[] pair = new float[2];
    float[] values = normal(N);
    for (int block : new int[] {0, 1, N / 4 - 1}) {
      Philox.block(SEED, 0, block, words);
      Philox.normalPair(words[2], words[3], pair);
      assertThat(values[4 * block + 2]).isEqualTo(pair[0]);
      assertThat(values[4 * block + 3]).isEqualTo(pair[1]);
    }
    assertThat(normal(11)).isEqualTo(Arrays.copyOf(values, 11));
  }

  @Test
  void eachCallDrawsItsOwnStream() {
    RandomSource source = new RandomSource(SEED);
    try (Scope scope = Scope.open("test")) {
      float[] first = RandomTensors.uniform(Shape.of(9), 0, 1, source).toFloatArray();
      float[] second = RandomTensors.uniform(Shape.of(9), 0, 1, source).toFloatArray();
      assertThat(second).isNotEqualTo(first);
      assertThat(source.state().stream()).isEqualTo(2);
    }
  }

  @Test
  void momentsAreThoseOfTheDistributions() {
    RandomSource source = new RandomSource(SEED);
    try (Scope scope = Scope.open("test")) {
      assertMoments(RandomTensors.normal(Shape.of(N), 3, 2, source), 3, 2);
      assertMoments(RandomTensors.uniform(Shape.of(N), -1, 2, source), 0.5, 3 / Math.sqrt(12));
      // Standard deviation of a normal distribution cut at two: 0.8796.
      assertMoments(RandomTensors.truncatedNormal(Shape.of(N), -1, 0.5, source), -1, 0.4398);
    }
  }

  private static void assertMoments(Tensor t, double mean, double deviation) {
    double[] v = t.toDoubleArray();
    double m = Arrays.stream(v).average().orElseThrow();
    double s = Math.sqrt(Arrays.stream(v).map(x -> (x - m) * (x - m)).average().orElseThrow());
    assertThat(m).as("mean, seed %d", SEED).isCloseTo(mean, within(0.02 * deviation));
    assertThat(s).as("deviation, seed %d", SEED).isCloseTo(deviation, within(0.02 * deviation));
  }

  @Test
  void limitsAreKept() {
    RandomSource source = new RandomSource(SEED);
    try (Scope scope = Scope.open("test")) {
      for (float v : RandomTensors.truncatedNormal(Shape.of(N), 1, 3, source).toFloatArray()) {
        assertThat(v).isBetween(-5f, 7f);
      }
      float high = Math.nextUp(1f);
      for (float v : RandomTensors.uniform(Shape.of(999), 1, high, source).toFloatArray()) {
        assertThat(v).isEqualTo(1f);
      }
      assertThat(RandomTensors.uniform(Shape.of(2), 5, 5, source).toFloatArray())
          .containsExactly(5, 5);
      assertThat(RandomTensors.normal(Shape.of(0, 3), 0, 1, source).numel()).isZero();
    }
  }

  @Test
  void refusesImpossibleParameters() {
    RandomSource source = new RandomSource(SEED);
    assertThatThrownBy(() -> RandomTensors.normal(Shape.of(1), 0, -1, source))
        .hasMessage(
            "normal: the standard deviation is -1.0 but must not be negative. Is it the logarithm of"
                + " one?");
    assertThatThrownBy(() -> RandomTensors.truncatedNormal(Shape.of(1), 0, Double.NaN, source))
        .hasMessageStartingWith("truncatedNormal: the standard deviation is NaN");
    assertThatThrownBy(() -> RandomTensors.uniform(Shape.of(1), 2, 1, source))
        .hasMessage(
            "uniform: the limits [2.0, 1.0) must be finite and in order. Are they swapped?");
  }
}
