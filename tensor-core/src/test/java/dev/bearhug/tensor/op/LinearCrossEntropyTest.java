package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.std.CrossEntropyGradOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.LinearCrossEntropyOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearCrossEntropyTest {

  private static final int ROWS = 50;
  private static final int IN = 16;
  private static final int CLASSES = 301;

  private static Tensor wave(double frequency, long... shape) {
    return Tensor.arange(Shape.of(shape).numel(), Device.CPU)
        .to(DType.F32)
        .mul(frequency)
        .sin()
        .reshape(shape);
  }

  private static Tensor targets() {
    long[] t = new long[ROWS];
    for (int i = 0; i < ROWS; i++) {
      t[i] = i % 7 == 3 ? -100 : 37L * i % CLASSES;
    }
    return Tensor.of(t, ROWS);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 16, 1000})
  void anyChunkGivesTheLossAndGradientsOfAllScoresAtOnce(long chunk) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = wave(0.7, ROWS, IN);
      Tensor w = wave(0.3, CLASSES, IN);
      Tensor b = wave(0.11, CLASSES);
      Tensor target = targets();
      Tensor logits = x.linear(w, b);
      Tensor[] plain =
          Dispatcher.apply(CrossEntropyOp.INSTANCE, CrossEntropyOp.Attrs.MEAN, logits, target);
      Tensor one = Tensor.scalar(1, x.dtype(), x.device());
      Tensor g =
          Dispatcher.call(
              CrossEntropyGradOp.INSTANCE,
              CrossEntropyOp.Attrs.MEAN,
              one,
              logits,
              target,
              plain[1]);
      Tensor[] fused =
          Dispatcher.apply(
              LinearCrossEntropyOp.INSTANCE,
              new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, true, chunk),
              x,
              w,
              target,
              b);
      Closeness.assertClose("loss", fused[0].toDoubleArray(), plain[0].toDoubleArray(), 1e-5, 0);
      Closeness.assertClose(
          "gx", fused[1].toDoubleArray(), g.matmul(w).toDoubleArray(), 1e-5, 1e-6);
      Closeness.assertClose(
          "gweight",
          fused[2].toDoubleArray(),
          g.transpose(0, 1).matmul(x).toDoubleArray(),
          1e-5,
          1e-6);
      Closeness.assertClose(
          "gbias", fused[3].toDoubleArray(), g.sum(false, 0).toDoubleArray(), 1e-5, 1e-6);
    }
  }

  @Test
  void neverHoldsAllScores() {
    int rows = 512;
    int classes = 20_000;
    try (Scope scope = Scope.open("test")) {
      Tensor x = wave(0.7, rows, IN);
      Tensor w = wave(0.3, classes, IN);
      Tensor target = Tensor.full(Shape.of(rows), 5, DType.I64, x.device());
      long before = SegmentPool.SHARED.stats().live();
      SegmentPool.SHARED.resetPeak();
      Dispatcher.apply(
          LinearCrossEntropyOp.INSTANCE,
          new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, true, 32),
          x,
          w,
          target,
          null);
      long chunk = 4L * 32 * classes;
      long weight = 4L * classes * IN;
      assertThat(SegmentPool.SHARED.stats().peak() - before)
          .as("scores and their gradient of one chunk, gradient of the weight and one product")
          .isLessThan(3 * chunk + 4 * weight)
          .isLessThan(4L * rows * classes / 2);
    }
  }

  @Test
  void nothingCountedGivesNoLossAndNoGradient() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = wave(0.7, 3, IN);
      Tensor w = wave(0.3, 4, IN);
      Tensor target = Tensor.of(new long[] {-100, -100, -100}, 3);
      Tensor[] out =
          Dispatcher.apply(
              LinearCrossEntropyOp.INSTANCE,
              new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, true, 0),
              x,
              w,
              target,
              null);
      assertThat(out[0].item()).isNaN();
      assertThat(out[1].toFloatArray()).hasSize(3 * IN).containsOnly(0);
      assertThat(out[2].toFloatArray()).hasSize(4 * IN).containsOnly(0);
    }
  }

  @Test
  void refusesANegativeChunk() {
    assertThatThrownBy(() -> new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, false, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "linear_cross_entropy: chunkRows is -1 but must be positive, or 0 for a chunk that fits"
                + " into memory caches.");
  }
}
