package dev.bearhug.tensor.op.std;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Closeness;
import dev.bearhug.tensor.op.Dispatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What attention in blocks promises beyond its values. */
class BlockedAttentionTest {

  private static Tensor random(int seed, long... shape) {
    return RandomTensors.uniform(Shape.of(shape), -1, 1, new RandomSource(seed));
  }

  /** Result and the gradients of q, k and v. */
  private static List<Tensor> pass(
      AttentionOp.Attrs a, Tensor q, Tensor k, Tensor v, Tensor gy, Tensor mask) {
    Tensor[] y = Dispatcher.apply(AttentionOp.INSTANCE, a, q, k, v, mask);
    List<Tensor> all = new ArrayList<>(List.of(y[0]));
    Tensor[] in = {gy, q, k, v, y[0], y[1], y[2], mask};
    all.addAll(Arrays.asList(Dispatcher.apply(AttentionGradOp.INSTANCE, a, in)));
    return all;
  }

  private static List<Tensor> packedPass(
      AttentionOp.Attrs a, Tensor q, Tensor k, Tensor v, Tensor gy, Tensor offsets) {
    Tensor[] y = Dispatcher.apply(PackedAttentionOp.INSTANCE, a, q, k, v, offsets, null);
    List<Tensor> all = new ArrayList<>(List.of(y[0]));
    Tensor[] in = {gy, q, k, v, y[0], y[1], y[2], offsets, null};
    all.addAll(Arrays.asList(Dispatcher.apply(PackedAttentionGradOp.INSTANCE, a, in)));
    return all;
  }

  /** Most bytes held at a time by forward and backward pass, beyond inputs. */
  private static long peak(long length, boolean packed) {
    try (Scope scope = Scope.open("peak")) {
      AttentionOp.Attrs a = new AttentionOp.Attrs(0.2, false, 0.1, 1, 2);
      Tensor x = packed ? random(1, length, 2, 32) : random(1, 1, 2, length, 32);
      Tensor offsets = Tensor.of(new int[] {0, (int) length}, 2);
      SegmentPool.SHARED.resetPeak();
      long before = SegmentPool.SHARED.stats().live();
      if (packed) {
        packedPass(a, x, x, x, x, offsets);
      } else {
        pass(a, x, x, x, x, null);
      }
      return SegmentPool.SHARED.stats().peak() - before;
    }
  }

  @ParameterizedTest(name = "packed {0}")
  @ValueSource(booleans = {false, true})
  void peakMemoryGrowsLinearlyWithTheLength(boolean packed) {
    long scores = 4L * 2 * 4096 * 4096;
    long first = peak(2048, packed);
    long second = peak(4096, packed);
    assertThat(second).isLessThan(5 * first / 2).isLessThan(scores / 4);
  }

  @Test
  void packedSequencesGiveWhatEachGivesAlone() {
    int[] offsets = {0, 3, 3, 150, 157};
    for (boolean causal : new boolean[] {false, true}) {
      AttentionOp.Attrs a = new AttentionOp.Attrs(0.4, causal, 40, 0, 0, 0);
      try (Scope scope = Scope.open("packed")) {
        Tensor q = random(1, 157, 4, 10);
        Tensor k = random(2, 157, 2, 10);
        Tensor v = random(3, 157, 2, 6);
        Tensor gy = random(4, 157, 4, 6);
        List<Tensor> packed = packedPass(a, q, k, v, gy, Tensor.of(offsets, offsets.length));
        for (int n = 0; n + 1 < offsets.length; n++) {
          List<Tensor> alone =
              pass(
                  a,
                  batch(q, offsets, n),
                  batch(k, offsets, n),
                  batch(v, offsets, n),
                  batch(gy, offsets, n),
                  null);
          for (int i = 0; i < alone.size(); i++) {
            Closeness.assertClose(
                "sequence " + n + " result " + i,
                batch(packed.get(i), offsets, n).toDoubleArray(),
                alone.get(i).toDoubleArray(),
                1e-5,
                1e-6);
          }
        }
      }
    }
  }

  /** Weights and their gradients are rounded once; sums are not. */
  @ParameterizedTest(name = "dropout {0}")
  @ValueSource(doubles = {0, 0.2})
  void bf16GivesNearlyWhatSinglePrecisionGives(double p) {
    int[] offsets = {0, 128, 128, 301, 351, 660};
    try (Scope scope = Scope.open("bf16")) {
      Tensor[] in = new Tensor[4];
      for (int i = 0; i < in.length; i++) {
        in[i] = random(i + 1, 660, i == 0 || i == 3 ? 4 : 2, 32).to(DType.BF16);
      }
      for (boolean causal : new boolean[] {false, true}) {
        AttentionOp.Attrs a = new AttentionOp.Attrs(0.2, causal, p, 1, 2);
        Tensor at = Tensor.of(offsets, offsets.length);
        List<Tensor> have = packedPass(a, in[0], in[1], in[2], in[3], at);
        Tensor[] f = Arrays.stream(in).map(t -> t.to(DType.F32)).toArray(Tensor[]::new);
        List<Tensor> want = packedPass(a, f[0], f[1], f[2], f[3], at);
        for (int i = 0; i < have.size(); i++) {
          Closeness.assertClose(
              "result " + i,
              have.get(i).to(DType.F32).toDoubleArray(),
              want.get(i).toDoubleArray(),
              0.01,
              0.01);
        }
      }
    }
  }

  /** Queries beyond the last of their tile are zeros, which must not meet infinite keys. */
  @Test
  void infinityInAHiddenKeyDoesNotReachOtherQueries() {
    AttentionOp.Attrs a = new AttentionOp.Attrs(0.2, true, 0, 0, 0);
    try (Scope scope = Scope.open("hidden")) {
      Tensor q = random(1, 1, 1, 70, 16);
      float[] values = random(2, 1, 1, 70, 16).toFloatArray();
      values[69 * 16] = Float.POSITIVE_INFINITY;
      Tensor k = Tensor.of(values, 1, 1, 70, 16);
      Tensor v = random(3, 1, 1, 70, 16);
      float[] y = Dispatcher.call(AttentionOp.INSTANCE, a, q, k, v, null).toFloatArray();
      for (int i = 0; i < 69 * 16; i++) {
        assertThat(y[i]).isFinite();
      }
    }
  }

  /** Sequence {@code n} as {@code [1, h, s, d]}. */
  private static Tensor batch(Tensor x, int[] offsets, int n) {
    return x.slice(0, offsets[n], offsets[n + 1]).permute(1, 0, 2).unsqueeze(0);
  }

  @Test
  void droppedWeightsOfASequenceDoNotDependOnThoseBehindIt() {
    AttentionOp.Attrs a = new AttentionOp.Attrs(0.4, false, 0.3, 5, 6);
    try (Scope scope = Scope.open("dropout")) {
      Tensor x = random(1, 300, 2, 8);
      Tensor whole =
          Dispatcher.call(
              PackedAttentionOp.INSTANCE, a, x, x, x, Tensor.of(new int[] {0, 70, 300}, 3), null);
      Tensor part = x.slice(0, 0, 70);
      Tensor alone =
          Dispatcher.call(
              PackedAttentionOp.INSTANCE,
              a,
              part,
              part,
              part,
              Tensor.of(new int[] {0, 70}, 2),
              null);
      assertThat(whole.slice(0, 0, 70).toFloatArray()).isEqualTo(alone.toFloatArray());
    }
  }

  /** Linear biases (Press et al., 2021) are a mask; rows of it are not copied. */
  @Test
  void biasesOfDistanceAreAMask() {
    try (Scope scope = Scope.open("alibi")) {
      Tensor q = random(1, 2, 4, 70, 16);
      Tensor k = random(2, 2, 4, 90, 16);
      Tensor slopes = Tensor.of(new float[] {0.5f, 0.25f, 0.125f, 0.0625f}, 4, 1, 1);
      Tensor bias = slopes.mul(Tensor.arange(90, q.device()).to(DType.F32));
      AttentionOp.Attrs a = new AttentionOp.Attrs(0.25, true, 0, 0, 0);
      Tensor y = Dispatcher.call(AttentionOp.INSTANCE, a, q, k, k, bias);
      Tensor plain = PlainAttention.weights(q, k, bias, a).matmul(k);
      Closeness.assertClose("bias", y.toDoubleArray(), plain.toDoubleArray(), 1e-5, 1e-6);
    }
  }

  /** The logarithm of a sum beside such a maximum has no digit left in single precision. */
  @Test
  void gradientsKeepTheirPrecisionUnderMasksOfLargeNumbers() {
    try (Scope scope = Scope.open("large")) {
      Tensor q = random(1, 1, 1, 20, 8);
      Tensor gy = random(2, 1, 1, 20, 8);
      AttentionOp.Attrs a = AttentionOp.Attrs.of(0.5);
      Tensor mask = Tensor.full(Shape.of(20), -1e9, DType.F32, q.device());
      List<Tensor> have = pass(a, q, q, q, gy, mask);
      Tensor weights = Tensor.full(Shape.of(1, 1, 20, 20), 1 / 20.0, DType.F32, q.device());
      Closeness.assertClose(
          "values", have.get(3).toDoubleArray(), weights.matmul(gy).toDoubleArray(), 1e-5, 1e-6);
    }
  }
}
