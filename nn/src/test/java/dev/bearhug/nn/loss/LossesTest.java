package dev.bearhug.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossesTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void temperaturesArePositive(double t) {
    String rule = ": the temperature is " + t + " but must be positive and finite";
    assertThatThrownBy(() -> new InfoNce(t)).hasMessageStartingWith("info_nce" + rule);
    assertThatThrownBy(() -> new SimCse(t)).hasMessageStartingWith("sim_cse" + rule);
    assertThatThrownBy(() -> new Distillation(t, 0.5))
        .hasMessageStartingWith("distillation" + rule);
    assertThatThrownBy(() -> new SupervisedContrastive(t))
        .hasMessageStartingWith("supervised_contrastive" + rule);
  }

  @Test
  void focalLossOfCertainRowsHasAFiniteGradientForGammaBelowOne() {
    try (Scope scope = Scope.open("test")) {
      Tensor logits = Autograd.requireGrad(Tensor.of(new float[] {100, -100, -100, 100}, 2, 2));
      Tensor loss = new Focal(0.5).forward(logits, Tensor.of(new long[] {0, 0}), null);
      assertThat(loss.item()).isCloseTo(100, within(1e-4));
      Autograd.backward(loss);
      assertThat(Autograd.grad(logits).toFloatArray())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(0, 0, -0.5f, 0.5f);
      Autograd.zeroGrad(logits);
    }
  }

  @Test
  void identicalVectorsHaveAFiniteGradientOfTheirDistance() {
    try (Scope scope = Scope.open("test")) {
      for (Distance d : Distance.values()) {
        Tensor a = Autograd.requireGrad(Tensor.zeros(2, 3));
        Autograd.backward(d.of(a, a).sum());
        assertThat(Autograd.grad(a).toFloatArray()).doesNotContain(Float.NaN).hasSize(6);
        Autograd.zeroGrad(a);
      }
    }
  }

  @Test
  void anchorsWithoutPositivesCostNothing() {
    try (Scope scope = Scope.open("test")) {
      Tensor z = Autograd.requireGrad(Tensor.of(new float[] {1, 0, 0, 1}, 2, 1, 2));
      Tensor loss = new SupervisedContrastive(0.1).forward(z, Tensor.of(new long[] {0, 1}));
      assertThat(loss.item()).isZero();
      Autograd.backward(loss);
      assertThat(Autograd.grad(z).toFloatArray()).containsOnly(0);
      Autograd.zeroGrad(z);
    }
  }

  @Test
  void theAdvantageOfOneStepIsItsRewardBeyondTheValue() {
    try (Scope scope = Scope.open("test")) {
      Tensor rewards = Tensor.of(new float[] {3, 5}, 2, 1);
      Tensor values = Tensor.of(new float[] {1, 1}, 2, 1);
      AdvantageEstimator.Estimate e =
          new AdvantageEstimator(0.9, 0.5, false).of(rewards, values, Tensor.ones(2, 1));
      assertThat(e.returns().toFloatArray()).containsExactly(3, 5);
      float half = (float) Math.sqrt(0.5);
      assertThat(e.advantages().toFloatArray())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(-half, half);
    }
  }

  @Test
  void answersAreScoredAtTheirLastToken() {
    try (Scope scope = Scope.open("test")) {
      Tensor zero = Tensor.zeros(2, 3);
      Tensor rewards =
          new TokenRewards(TokenRewards.Penalty.SQUARE, 0.5)
              .of(
                  Tensor.of(new float[] {2, 0, 0, 0, 0, 0}, 2, 3),
                  zero,
                  Tensor.of(new float[] {7, 9}),
                  Tensor.of(new long[] {1, 1, 0, 1, 1, 1}, 2, 3));
      assertThat(rewards.toFloatArray()).containsExactly(-1, 7, 0, 0, 0, 9);
    }
  }

  @Test
  void labelsAndOthersAreSeparatedAtZero() {
    try (Scope scope = Scope.open("test")) {
      Tensor scores = Tensor.of(new float[] {200, -200, 0, 200}, 2, 2);
      Tensor targets = Tensor.of(new float[] {1, 0, 0, 0}, 2, 2);
      assertThat(MultiLabelCategorical.losses(scores, targets).toFloatArray())
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(0, 200);
    }
  }

  @Test
  void optionsOutsideTheirRangeAreRefused() {
    assertThatThrownBy(() -> new Focal(-1))
        .hasMessage("focal loss: gamma is -1.0 but must be at least 0.");
    try (Scope scope = Scope.open("test")) {
      Tensor views = Tensor.zeros(2, 4, 3);
      assertThatThrownBy(() -> new SimCse(0.05).forward(views))
          .isInstanceOf(ShapeException.class)
          .hasMessage("simcse: views are [2, 4, 3] but must be [n, 2, d] or [n, 3, d].");
    }
  }
}
