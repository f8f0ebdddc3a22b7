package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.BceOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.DropoutOp;
import dev.bearhug.tensor.op.std.GroupNormOp;
import dev.bearhug.tensor.op.std.HuberLossOp;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.LinearCrossEntropyOp;
import dev.bearhug.tensor.op.std.MultiMarginLossOp;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.SmoothL1LossOp;
import dev.bearhug.tensor.op.std.TripletMarginLossOp;
import org.junit.jupiter.api.Test;

/** What ops promise beyond their formula, where derivatives alone would not show it. */
class OpConventionsTest {

  @Test
  void paddingRowOfAnEmbeddingGetsNoGradient() {
    try (Scope scope = Scope.open("test")) {
      Tensor table = Autograd.requireGrad(Tensor.ones(3, 2));
      Tensor y = table.embedding(Tensor.of(new long[] {0, 1, 1, 2, 2, 2}), 1);
      assertThat(y.toFloatArray()).containsOnly(1);
      Autograd.backward(y.sum());
      assertThat(Autograd.grad(table).toFloatArray()).containsExactly(1, 1, 0, 0, 3, 3);
      Autograd.zeroGrad(table);
    }
  }

  @Test
  void meanCrossEntropyOfIgnoredRowsAloneIsNotANumberAndItsGradientZero() {
    try (Scope scope = Scope.open("test")) {
      Tensor logits = Autograd.requireGrad(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
      Tensor loss = logits.crossEntropy(Tensor.of(new long[] {-100, -100}));
      assertThat(loss.item()).isNaN();
      Autograd.backward(loss);
      assertThat(Autograd.grad(logits).toFloatArray()).containsOnly(0);
      Autograd.zeroGrad(logits);
    }
  }

  @Test
  void ignoredRowsDoNotCountInTheMean() {
    try (Scope scope = Scope.open("test")) {
      Tensor logits = Tensor.of(new float[] {1, 2, 9, 9, 3, 1}, 3, 2);
      Tensor some = Tensor.of(new float[] {1, 2, 3, 1}, 2, 2);
      assertThat(logits.crossEntropy(Tensor.of(new long[] {0, -100, 1})).item())
          .isCloseTo(some.crossEntropy(Tensor.of(new long[] {0, 1})).item(), within(1e-6));
    }
  }

  @Test
  void dropoutKeepsByTheNumbersOfItsStream() {
    int n = 10_007;
    double p = 0.3;
    try (Scope scope = Scope.open("test")) {
      Tensor x = Autograd.requireGrad(Tensor.ones(n));
      Tensor y = Dispatcher.call(DropoutOp.INSTANCE, new DropoutOp.Attrs(p, 5, 9), x);
      float[] values = y.toFloatArray();
      int[] words = new int[4];
      int kept = 0;
      for (int i = 0; i < n; i++) {
        Philox.block(5, 9, i / 4, words);
        boolean keep = Philox.uniform(words[i % 4]) >= (float) p;
        kept += keep ? 1 : 0;
        assertThat(values[i]).isEqualTo(keep ? (float) (1 / (1 - p)) : 0, within(1e-6f));
      }
      assertThat(kept / (double) n).isCloseTo(1 - p, within(0.02));
      Autograd.backward(y.sum());
      assertThat(Autograd.grad(x).toFloatArray()).isEqualTo(values);
      Autograd.zeroGrad(x);
    }
  }

  @Test
  void dropoutOfATensorDrawsOneStreamAndNoneForZero() {
    RandomSource source = new RandomSource(1);
    try (Scope scope = Scope.open("test");
        RandomSource.Use use = RandomSource.use(source)) {
      Tensor x = Tensor.ones(64);
      assertThat(x.dropout(0)).isSameAs(x);
      assertThat(source.state().stream()).isZero();
      assertThat(x.dropout(0.5).toFloatArray()).isNotEqualTo(x.dropout(0.5).toFloatArray());
      assertThat(source.state().stream()).isEqualTo(2);
    }
  }

  @Test
  void attentionSpreadsEvenlyWhereEverythingIsMasked() {
    try (Scope scope = Scope.open("test")) {
      Tensor q = Tensor.of(new float[] {1, -2, 3, 4}, 1, 1, 2, 2);
      float low = Float.NEGATIVE_INFINITY;
      for (float masked : new float[] {low, -Float.MAX_VALUE}) {
        Tensor mask = Tensor.of(new float[] {masked, masked, 0, masked}, 2, 2);
        Tensor probs = q.attentionWeights(q, mask, 1, false);
        assertThat(probs.toFloatArray()).containsExactly(0.5f, 0.5f, 1, 0);
      }
    }
  }

  @Test
  void causalAttentionAlignsTheLastQueryWithTheLastKey() {
    try (Scope scope = Scope.open("test")) {
      Tensor k = Tensor.zeros(1, 1, 4, 2);
      Tensor probs = Tensor.zeros(1, 1, 2, 2).attentionWeights(k, null, 1, true);
      float third = 1 / 3f;
      assertThat(probs.toFloatArray())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(third, third, third, 0, 0.25f, 0.25f, 0.25f, 0.25f);
    }
  }

  @Test
  void minimumGivesItsGradientToTheSmallerSideAndHalvesItAtTies() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = Autograd.requireGrad(Tensor.of(new float[] {1, 5, 3}));
      Tensor b = Autograd.requireGrad(Tensor.of(new float[] {2, 4, 3}));
      Autograd.backward(a.minimum(b).sum());
      assertThat(Autograd.grad(a).toFloatArray()).containsExactly(1, 0, 0.5f);
      assertThat(Autograd.grad(b).toFloatArray()).containsExactly(0, 1, 0.5f);
      Autograd.zeroGrad(a);
      Autograd.zeroGrad(b);
    }
  }

  @Test
  void optionsOutsideTheirRangeAreRefused() {
    assertThatThrownBy(() -> new DropoutOp.Attrs(1, 0, 0))
        .hasMessage(
            "dropout: the probability of dropping is 1.0 but must be in [0, 1). Is it given in"
                + " percent?");
    assertThatThrownBy(() -> new AttentionOp.Attrs(1, false, -0.1, 0, 0))
        .hasMessageStartingWith("attention: the probability of dropping is -0.1");
    assertThatThrownBy(() -> new CrossEntropyOp.Attrs(-100, 10, Reduction.MEAN))
        .hasMessage(
            "cross_entropy: labelSmoothing is 10.0 but must be in [0, 1]. Is it given in percent?");
    assertThatThrownBy(
            () ->
                new LinearCrossEntropyOp.Attrs(
                    new CrossEntropyOp.Attrs(-100, 0, Reduction.NONE), true, 0))
        .hasMessage(
            "linear_cross_entropy: the reduction is NONE but must be MEAN or SUM. Use linear and"
                + " cross_entropy for others.");
    assertThatThrownBy(() -> new HuberLossOp.Attrs(0, Reduction.MEAN))
        .hasMessage("huber_loss: delta is 0.0 but must be above 0.");
    assertThatThrownBy(() -> new SmoothL1LossOp.Attrs(-1, Reduction.MEAN))
        .hasMessage("smooth_l1_loss: beta is -1.0 but must be at least 0.");
    assertThatThrownBy(() -> new TripletMarginLossOp.Attrs(1, 0, 0, false, Reduction.MEAN))
        .hasMessage("triplet_margin_loss: p is 0.0 but must be above 0.");
    assertThatThrownBy(() -> new MultiMarginLossOp.Attrs(3, 1, Reduction.MEAN))
        .hasMessage("multi_margin_loss: p is 3 but must be 1 or 2.");
    assertThatThrownBy(() -> new GroupNormOp.Attrs(0, 1e-5))
        .hasMessage("group_norm: groups is 0 but at least one is needed.");
    assertThatThrownBy(() -> new LayerNormOp.Attrs(1e-5, 0))
        .hasMessage("layer_norm: axes is 0 but at least one axis must be normalised.");
  }

  @Test
  void smoothAbsoluteErrorWithoutParabolaIsTheAbsoluteError() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Autograd.requireGrad(Tensor.of(new float[] {-1, 0, 3}));
      Tensor loss =
          Dispatcher.call(
              SmoothL1LossOp.INSTANCE,
              new SmoothL1LossOp.Attrs(0, Reduction.SUM),
              x,
              Tensor.zeros(3));
      assertThat(loss.item()).isEqualTo(4);
      Autograd.backward(loss);
      assertThat(Autograd.grad(x).toFloatArray()).containsExactly(-1, 0, 1);
      Autograd.zeroGrad(x);
    }
  }

  @Test
  void binaryCrossEntropyOfCertainProbabilitiesHasAFiniteGradient() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Autograd.requireGrad(Tensor.of(new float[] {0, 1, 0, 1}));
      Tensor target = Tensor.of(new float[] {0, 1, 1, 0});
      Tensor loss = Dispatcher.call(BceOp.INSTANCE, Reduction.SUM, p, target, null);
      assertThat(loss.item()).isEqualTo(200);
      Autograd.backward(loss);
      assertThat(Autograd.grad(p).toFloatArray()).containsExactly(0, 0, -1e12f, 1e12f);
      Autograd.zeroGrad(p);
    }
  }
}
