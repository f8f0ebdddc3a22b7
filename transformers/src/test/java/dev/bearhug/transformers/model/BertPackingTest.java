package dev.bearhug.transformers.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ExecutionHook;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.head.ProblemType;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Leaving padding out changes neither predictions nor gradients. */
class BertPackingTest {

  private static final int BATCH = 3;
  private static final int SEQ = 9;
  private static final int VOCAB = 23;

  private static BertConfig config() {
    return new BertConfig(
        VOCAB, 24, 2, 3, 40, "gelu", 0, 0, -1, 12, 2, 0.3, 1e-12, 0, "absolute", true);
  }

  /** Ids, types and a mask with padding behind and, in one sequence, amid the tokens. */
  private static TensorMap batch(long seed) {
    Random random = new Random(seed);
    long[] ids = new long[BATCH * SEQ];
    long[] types = new long[ids.length];
    long[] mask = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      int column = i % SEQ;
      boolean real = column < 4 + 2 * (i / SEQ) && !(i / SEQ == 1 && column == 2);
      mask[i] = real ? 1 : 0;
      ids[i] = random.nextInt(VOCAB);
      types[i] = random.nextInt(2);
    }
    return TensorMap.of(
            Backbone.INPUT_IDS,
            Tensor.of(ids, BATCH, SEQ),
            Backbone.TOKEN_TYPE_IDS,
            Tensor.of(types, BATCH, SEQ))
        .put(Backbone.ATTENTION_MASK, Tensor.of(mask, BATCH, SEQ));
  }

  private static TensorMap withLabels(TensorMap batch, HeadKind kind) {
    Random random = new Random(5);
    long[] mask = batch.get(Backbone.ATTENTION_MASK).toLongArray();
    if (kind == HeadKind.SEQUENCE_CLASSIFICATION) {
      return batch.put(Head.LABELS, Tensor.of(new long[] {0, 1, 1}, BATCH));
    }
    long[] labels = new long[mask.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = mask[i] == 0 ? -100 : random.nextInt(2);
    }
    return batch.put(Head.LABELS, Tensor.of(labels, BATCH, SEQ));
  }

  private static float[] atTokens(Tensor states, Tensor mask) {
    try (Scope scope = Scope.open("compare")) {
      Tensor kept = mask.to(states.dtype()).reshape(BATCH, SEQ, 1);
      return states.mul(kept).toFloatArray();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HeadKind.class,
      names = {"SEQUENCE_CLASSIFICATION", "TOKEN_CLASSIFICATION", "MASKED_LM"})
  void lossAndGradientsAreThoseOfThePaddedBatch(HeadKind kind) {
    HeadSpec spec = new HeadSpec(kind, List.of("a", "b"), ProblemType.SINGLE_LABEL);
    List<float[]> losses = new ArrayList<>();
    List<float[]> gradients = new ArrayList<>();
    for (boolean padded : new boolean[] {true, false}) {
      try (PretrainedModel model = AutoModel.create(config(), spec, 3, Device.CPU);
          Scope scope = Scope.open("step")) {
        model.backbone().setPadded(padded);
        model.setTraining(true);
        Tensor loss = model.forward(withLabels(batch(1), kind)).get(Head.LOSS);
        Autograd.backward(loss);
        losses.add(loss.toFloatArray());
        for (Parameter p : model.parameters()) {
          gradients.add(p.grad() == null ? new float[0] : p.grad().toFloatArray());
        }
      }
    }
    assertClose("loss", losses.get(1), losses.get(0));
    int parameters = gradients.size() / 2;
    for (int i = 0; i < parameters; i++) {
      assertClose("gradient " + i, gradients.get(parameters + i), gradients.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statesAtTokensAreThoseOfThePaddedBatch(boolean positionsGiven) {
    try (PretrainedModel model =
            AutoModel.create(config(), HeadSpec.of(HeadKind.BASE), 3, Device.CPU);
        Scope scope = Scope.open("forward")) {
      TensorMap in = batch(2);
      if (positionsGiven) {
        in.put(Backbone.POSITION_IDS, Tensor.of(new long[] {8, 7, 6, 5, 4, 3, 2, 1, 0}, 1, SEQ));
      }
      Tensor mask = in.get(Backbone.ATTENTION_MASK);
      TensorMap packed = model.forward(in);
      model.backbone().setPadded(true);
      TensorMap padded = model.forward(in);
      assertClose(
          "states",
          atTokens(packed.get(Backbone.LAST_HIDDEN_STATE), mask),
          atTokens(padded.get(Backbone.LAST_HIDDEN_STATE), mask));
      assertClose(
          "pooled",
          packed.get(Backbone.POOLER_OUTPUT).toFloatArray(),
          padded.get(Backbone.POOLER_OUTPUT).toFloatArray());
      assertThat(packed.get(Backbone.LAST_HIDDEN_STATE).select(0, 0).select(0, SEQ - 1))
          .satisfies(t -> assertThat(t.toFloatArray()).containsOnly(0));
    }
  }

  @Test
  void noProductIsComputedForPadding() {
    TreeSet<Long> rows = new TreeSet<>();
    ExecutionHook watch =
        (op, attrs, in, out, nanos) -> {
          if (op.name().startsWith("linear")) {
            rows.add(in[0].numel() / in[0].dim(-1));
          }
        };
    try (PretrainedModel model =
            AutoModel.create(config(), HeadSpec.of(HeadKind.BASE), 3, Device.CPU);
        Scope scope = Scope.open("forward")) {
      TensorMap in = batch(2);
      long tokens = 0;
      for (long m : in.get(Backbone.ATTENTION_MASK).toLongArray()) {
        tokens += m;
      }
      Dispatcher.addHook(watch);
      model.forward(in);
      // The pooler's product has one row for each sequence.
      assertThat(rows).containsExactly((long) BATCH, tokens);
    } finally {
      Dispatcher.removeHook(watch);
    }
  }

  private static void assertClose(String what, float[] actual, float[] wanted) {
    assertThat(actual).as(what).hasSameSizeAs(wanted);
    float largest = 1e-2f; // Key biases have a gradient of zero but for rounding.
    for (float w : wanted) {
      largest = Math.max(largest, Math.abs(w));
    }
    for (int i = 0; i < wanted.length; i++) {
      assertThat(Math.abs(actual[i] - wanted[i]))
          .as("%s, element %d: %s but padded gives %s", what, i, actual[i], wanted[i])
          .isLessThan(2e-5f * largest);
    }
  }
}
