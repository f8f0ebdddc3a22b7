package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.NonFiniteException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import org.junit.jupiter.api.Test;

class AutogradTest {

  private static Tensor leaf(float... values) {
    return Autograd.requireGrad(Tensor.of(values));
  }

  @Test
  void addsGradientsAtLeavesUntilTheyAreCleared() {
    try (Tensor w = leaf(1, 2)) {
      for (int i = 1; i <= 2; i++) {
        try (Scope step = Scope.open("step")) {
          Autograd.backward(w.square().sum());
        }
        assertThat(Autograd.grad(w).toFloatArray()).containsExactly(2 * i, 4 * i);
      }
      Autograd.zeroGrad(w);
      assertThat(Autograd.grad(w)).isNull();
    }
  }

  @Test
  void sumsOverBroadcastAxesAndSharedUses() {
    try (Tensor b = leaf(1, 2, 3);
        Scope step = Scope.open("step")) {
      Tensor x = Tensor.ones(4, 3);
      Tensor y = x.add(b).mul(b).add(b);
      Autograd.backward(y.sum());
      // d/db [(1 + b) b + b] = 2 + 2b, for four rows
      assertThat(Autograd.grad(b).toFloatArray()).containsExactly(16, 24, 32);
      Autograd.zeroGrad(b);
    }
  }

  @Test
  void walksDeepGraphsWithoutRecursion() {
    try (Tensor w = leaf(1);
        Scope step = Scope.open("step")) {
      Tensor y = w;
      for (int i = 0; i < 20_000; i++) {
        y = y.add(1);
      }
      Autograd.backward(y.sum());
      assertThat(Autograd.grad(w).toFloatArray()).containsExactly(1);
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void releasesTheGraphWithItsScopeEvenWithoutBackward() {
    long before = SegmentPool.SHARED.stats().buffers();
    try (Tensor w = leaf(1, 2, 3)) {
      try (Scope step = Scope.open("step")) {
        Tensor kept;
        try (Scope layer = Scope.open("layer")) {
          kept = layer.keep(w.exp().mul(w).tanh());
        }
        assertThat(kept.requiresGrad()).isTrue();
      }
      assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before + 1);
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void keepsTheGraphOfKeptTensors() {
    try (Tensor w = leaf(1, 2, 3);
        Scope step = Scope.open("step")) {
      Tensor kept;
      try (Scope layer = Scope.open("layer")) {
        kept = layer.keep(w.exp().mul(w));
      }
      Autograd.backward(kept.sum());
      float[] g = Autograd.grad(w).toFloatArray();
      for (int i = 0; i < 3; i++) {
        assertThat(g[i]).isCloseTo((float) (Math.exp(i + 1) * (i + 2)), within(1e-4f));
      }
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void refusesASecondPassOverAReleasedGraph() {
    try (Tensor w = leaf(1, 2);
        Scope step = Scope.open("step")) {
      Tensor loss = w.square().sum();
      Autograd.backward(loss);
      assertThatThrownBy(() -> Autograd.backward(loss))
          .isInstanceOf(GraphReleasedException.class)
          .hasMessageContaining("were already released")
          .hasMessageContaining("backwardKeepingGraph");
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void aFailedPassGivesItsGradientsBack() {
    long before = SegmentPool.SHARED.stats().buffers();
    for (int i = 0; i < 20; i++) {
      try (Tensor w = leaf(1, 2);
          Scope step = Scope.open("step")) {
        Tensor h = w.square();
        Tensor loss = h.exp().add(h.sin()).sum();
        Autograd.backward(loss);
        assertThatThrownBy(() -> Autograd.backward(loss)).isInstanceOf(RuntimeException.class);
        Autograd.zeroGrad(w);
      }
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void recordsNothingUnderNoGrad() {
    try (Tensor w = leaf(1, 2);
        Scope step = Scope.open("step");
        NoGrad ignored = NoGrad.enter()) {
      assertThat(w.mul(2).requiresGrad()).isFalse();
    }
  }

  @Test
  void givesGradientsOfIntermediateTensors() {
    try (Tensor w = leaf(1, 2);
        Scope step = Scope.open("step")) {
      Tensor h = w.mul(3);
      Tensor y = h.square();
      Tensor[] g = Autograd.gradients(y, Tensor.ones(2), h, w);
      assertThat(g[0].toFloatArray()).containsExactly(6, 12);
      assertThat(g[1].toFloatArray()).containsExactly(18, 36);
      assertThat(Autograd.grad(w)).isNull();
    }
  }

  @Test
  void namesTheFirstOpThatMakesNonsense() {
    try (Tensor w = leaf(0, 2);
        Scope step = Scope.open("step");
        AnomalyMode ignored = AnomalyMode.enter()) {
      assertThatThrownBy(() -> w.log().mul(0).sum())
          .isInstanceOf(NonFiniteException.class)
          .hasMessageStartingWith(
              "log: made -Infinity at element 0 in F32[2] out of finite inputs.");
      Tensor loss = w.sqrt().sum();
      assertThatThrownBy(() -> Autograd.backward(loss)).isInstanceOf(NonFiniteException.class);
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void checkpointedBlockGivesTheSameGradients() {
    try (Tensor w = leaf(0.3f, -0.2f);
        Tensor x = leaf(1, 2);
        Scope step = Scope.open("step")) {
      Autograd.backward(x.mul(w).tanh().mul(w).sum());
      float[] gw = Autograd.grad(w).toFloatArray();
      float[] gx = Autograd.grad(x).toFloatArray();
      Autograd.zeroGrad(w);
      Autograd.zeroGrad(x);
      Tensor y = Checkpointing.run(in -> in[0].mul(w).tanh().mul(w), x);
      Autograd.backward(y.sum());
      assertThat(Autograd.grad(w).toFloatArray()).containsExactly(gw);
      assertThat(Autograd.grad(x).toFloatArray()).containsExactly(gx);
      Autograd.zeroGrad(w);
      Autograd.zeroGrad(x);
    }
  }
}
