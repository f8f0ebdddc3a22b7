package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradHookTest {

  private final Tensor w = Autograd.requireGrad(Tensor.of(new float[] {1, 2}));
  private final List<float[]> seen = new ArrayList<>();

  @AfterEach
  void release() {
    Autograd.zeroGrad(w);
    w.close();
  }

  private Tensor look(Tensor gradient) {
    seen.add(gradient.toFloatArray());
    return null;
  }

  @Test
  void aLeafIsSeenOncePerPassWithAllThatWasCollected() {
    GradHook.Handle handle = Autograd.addGradHook(w, this::look);
    for (int pass = 0; pass < 2; pass++) {
      try (Scope step = Scope.open("step")) {
        Autograd.backward(w.mul(3).add(w.square()).sum());
      }
    }
    assertThat(seen).containsExactly(new float[] {5, 7}, new float[] {10, 14});
    handle.close();
    handle.close();
    try (Scope step = Scope.open("step")) {
      Autograd.backward(w.sum());
    }
    assertThat(seen).hasSize(2);
  }

  @Test
  void replacesTheGradientOfALeaf() {
    long before = SegmentPool.SHARED.stats().buffers();
    try (GradHook.Handle first = Autograd.addGradHook(w, g -> g.mul(10));
        GradHook.Handle second = Autograd.addGradHook(w, g -> g.add(1));
        Scope step = Scope.open("step")) {
      Autograd.backward(w.square().sum());
    }
    assertThat(Autograd.grad(w).toFloatArray()).containsExactly(21, 41);
    Autograd.zeroGrad(w);
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void replacesTheGradientOfAResultBeforeItGoesOn() {
    try (Scope step = Scope.open("step")) {
      Tensor h = w.mul(2);
      GradHook.Handle handle =
          Autograd.addGradHook(
              h,
              g -> {
                seen.add(g.toFloatArray());
                return g.clamp(-1, 1);
              });
      // Two uses: the hook sees their sum.
      Autograd.backward(h.mul(3).add(h.square()).sum());
      assertThat(seen).containsExactly(new float[] {7, 11});
      assertThat(Autograd.grad(w).toFloatArray()).containsExactly(2, 2);
      handle.close();
    }
  }

  @Test
  void parametersOfCheckpointedBlocksAreSeenOnce() {
    try (GradHook.Handle handle = Autograd.addGradHook(w, this::look);
        Tensor x = Autograd.requireGrad(Tensor.ones(2));
        Scope step = Scope.open("step")) {
      Tensor y = Checkpointing.run(in -> in[0].mul(w), x);
      y = Checkpointing.run(in -> in[0].mul(w), y);
      Autograd.backward(y.add(w).sum());
      Autograd.zeroGrad(x);
    }
    assertThat(seen).containsExactly(new float[] {3, 5});
  }

  @Test
  void passesThatCollectNothingCallNoHookOfLeaves() {
    try (GradHook.Handle handle = Autograd.addGradHook(w, this::look);
        Scope step = Scope.open("step")) {
      assertThat(
              Autograd.gradients(w.sum(), Tensor.scalar(1, w.dtype(), w.device()), w)[0]
                  .toFloatArray())
          .containsExactly(1, 1);
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void refusesOtherShapesAndTensorsWithoutGradient() {
    try (GradHook.Handle handle = Autograd.addGradHook(w, g -> g.sum());
        Scope step = Scope.open("step")) {
      assertThatThrownBy(() -> Autograd.backward(w.sum()))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "gradient hook: it gave F32[] for a gradient F32[2], but shape and type must stay."
                  + " Return null to leave the gradient as it is.");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Autograd.addGradHook(w.detach(), g -> g))
          .withMessageStartingWith("gradient hook: F32[2] gets no gradient.");
    }
  }
}
