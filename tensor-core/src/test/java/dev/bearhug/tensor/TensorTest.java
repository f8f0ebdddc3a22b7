package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.error.ReleasedTensorException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import org.junit.jupiter.api.Test;

class TensorTest {

  @Test
  void computesThroughViewsAndBroadcasts() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      Tensor b = Tensor.of(new float[] {10, 20}, 2);
      assertThat(a.transpose(0, 1).add(b).toFloatArray()).containsExactly(11, 24, 12, 25, 13, 26);
      assertThat(a.matmul(a.transpose(0, 1)).toFloatArray()).containsExactly(14, 32, 32, 77);
      assertThat(a.linear(a, b).toFloatArray()).containsExactly(24, 52, 42, 97);
      assertThat(a.sum(false, 0).toFloatArray()).containsExactly(5, 7, 9);
      assertThat(a.max(-1, false).toFloatArray()).containsExactly(3, 6);
      assertThat(a.softmax().sum(false, -1).toFloatArray())
          .containsExactly(new float[] {1, 1}, within(1e-6f));
      assertThat(a.to(Device.REFERENCE).add(1).to(Device.CPU).sum().item()).isEqualTo(27);
      assertThat(a.transpose(0, 1).slice(0, 1, 3).reshape(-1).toFloatArray())
          .containsExactly(2, 5, 3, 6);
      assertThat(Tensor.full(Shape.of(7), 1.5, DType.BF16, Device.CPU).sum().item())
          .isEqualTo(10.5);
    }
  }

  @Test
  void lossesAreMeans() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {0, 0, 3, -1});
      Tensor target = Tensor.of(new float[] {1, 0, 1, 1});
      assertThat(x.mseLoss(target).item()).isCloseTo((1 + 0 + 4 + 4) / 4.0, within(1e-6));
      double expected = (2 * Math.log(2) + Math.log1p(Math.exp(-3)) + Math.log1p(Math.E)) / 4;
      assertThat(x.bceWithLogits(target).item()).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void keepsWhatIsKeptAndReleasesTheRest() {
    long before = SegmentPool.SHARED.stats().buffers();
    Tensor kept;
    Tensor lost;
    try (Scope scope = Scope.open("inner")) {
      lost = Tensor.ones(4, 4);
      kept = scope.keep(lost.add(1));
    }
    assertThat(kept.sum().item()).isEqualTo(32);
    assertThatThrownBy(() -> lost.add(1))
        .isInstanceOf(ReleasedTensorException.class)
        .hasMessageContaining("affine: a tensor F32[4, 4] was released with scope \"inner\"")
        .hasMessageContaining("TensorTest.keepsWhatIsKeptAndReleasesTheRest");
    kept.close();
    System.gc();
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before + 2);
  }

  @Test
  void printsItself() {
    try (Scope scope = Scope.open("test")) {
      assertThat(Tensor.of(new long[] {1, 2, 3, 4}, 2, 2))
          .hasToString("tensor([[1, 2],\n        [3, 4]], I64[2, 2])");
    }
  }
}
