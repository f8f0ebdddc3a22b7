package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.autograd.CastCache;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.BatchStream;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ExecutionHook;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Training in bf16 with weights in single precision. */
class MixedPrecisionTest {

  private static final List<TaggingTask.Example> EXAMPLES = TaggingTask.examples(40, 3);

  private static final LoaderState START = new LoaderState(0, 0, 0, EXAMPLES.size());

  private static Batch batch() {
    try (BatchStream stream = TaggingTask.inOrder(EXAMPLES, EXAMPLES.size()).epoch(0)) {
      return stream.next();
    }
  }

  private static AdamW adamW(TaggingTask.Model model) {
    return new AdamW(ParamGroup.single(model.parameters(), 0.01));
  }

  private static double[] losses(DType precision, int steps, double rate) {
    double[] losses = new double[steps];
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0.1);
        AdamW optimizer = adamW(model)) {
      model.setTraining(true);
      StepRunner runner =
          new StepRunner(
              model,
              optimizer,
              LossTerm.STANDARD,
              null,
              Device.CPU,
              precision,
              new RandomSource(1));
      for (int i = 0; i < steps; i++) {
        losses[i] = runner.backward(List.of(batch()), START, i + 1).loss();
        runner.update(rate, 0);
      }
    }
    return losses;
  }

  @Test
  void theLossFollowsThatOfSinglePrecision() {
    double[] single = losses(DType.F32, 60, 0.01);
    double[] mixed = losses(DType.BF16, 60, 0.01);
    assertThat(single[59]).isLessThan(0.6 * single[0]);
    boolean differs = false;
    for (int i = 0; i < single.length; i++) {
      assertThat(Math.abs(mixed[i] - single[i])).as("step %d", i).isLessThan(0.1 * single[0]);
      differs |= mixed[i] != single[i];
    }
    assertThat(differs).as("bf16 was really used").isTrue();
  }

  /** Runs steps and returns the types and sizes of what was converted in each. */
  private static List<List<String>> conversions(TaggingTask.Model model, int steps, double rate) {
    List<List<String>> all = new ArrayList<>();
    List<String> now = new ArrayList<>();
    ExecutionHook hook =
        (op, attrs, in, out, nanos) -> {
          if (op.name().equals("copy") && in[0].dtype() != out[0].dtype()) {
            now.add(in[0].describe() + " to " + out[0].dtype());
          }
        };
    Dispatcher.addHook(hook);
    try (AdamW optimizer = adamW(model)) {
      for (int i = 0; i < steps; i++) {
        now.clear();
        step(model, optimizer, rate);
        all.add(List.copyOf(now));
      }
    } finally {
      Dispatcher.removeHook(hook);
    }
    return all;
  }

  private static void step(TaggingTask.Model model, AdamW optimizer, double rate) {
    try (Scope scope = Scope.open("step")) {
      Tensor loss;
      try (Autocast cast = Autocast.enter(DType.BF16)) {
        loss = model.forward(BatchTensors.of(batch(), Device.CPU)).get("loss");
      }
      Autograd.backward(loss);
      optimizer.step(rate);
      optimizer.zeroGrad();
    }
  }

  @Test
  void onlyTheFirstStepConvertsWeights() {
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0)) {
      List<List<String>> steps = conversions(model, 3, 0.01);
      List<String> weights = new ArrayList<>();
      for (int i : new int[] {0, 1, 3}) {
        weights.add(model.weight(i).describe() + " to BF16");
      }
      assertThat(steps.get(0)).containsAll(weights);
      assertThat(steps.get(1)).doesNotContainAnyElementsOf(weights);
      assertThat(steps.get(2)).doesNotContainAnyElementsOf(weights);
    }
  }

  @Test
  void updatesBelowTheResolutionOfBf16AddUp() {
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0)) {
      float[] before = model.weight(1).toFloatArray();
      float[] lowered = lowered(model.weight(1));
      conversions(model, 1, 1e-5);
      float[] once = model.weight(1).toFloatArray();
      int changed = 0;
      int changedLow = 0;
      float[] loweredOnce = lowered(model.weight(1));
      for (int i = 0; i < once.length; i++) {
        changed += once[i] != before[i] ? 1 : 0;
        changedLow += loweredOnce[i] != lowered[i] ? 1 : 0;
      }
      assertThat(changed).isGreaterThan(before.length * 9 / 10);
      assertThat(changedLow).isLessThan(before.length / 10);
      conversions(model, 300, 1e-5);
      float[] later = lowered(model.weight(1));
      int moved = 0;
      for (int i = 0; i < later.length; i++) {
        moved += later[i] != lowered[i] ? 1 : 0;
      }
      assertThat(moved).isGreaterThan(before.length / 2);
    }
  }

  private static float[] lowered(Tensor t) {
    try (Scope scope = Scope.open("lowered")) {
      return t.detach().to(DType.BF16).toFloatArray();
    }
  }

  @Test
  void theCopyOfAWeightIsTheRoundedWeightAfterEveryStep() {
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0)) {
      conversions(model, 2, 0.01);
      for (int i : new int[] {0, 1, 3}) {
        assertThat(CastCache.held(model.weight(i)).toFloatArray())
            .containsExactly(lowered(model.weight(i)));
      }
      model.weight(1).detach().assign(Tensor.zerosLike(model.weight(1)));
      try (Scope scope = Scope.open("zero");
          Autocast cast = Autocast.enter(DType.BF16)) {
        Tensor x = Tensor.ones(1, model.weight(1).dim(1));
        assertThat(x.linear(model.weight(1), null).toFloatArray()).containsOnly(0f);
      }
    }
  }

  @Test
  void gradientsAndStateStayInSinglePrecision() {
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0);
        Scope scope = Scope.open("gradients")) {
      TensorMap outputs;
      try (Autocast cast = Autocast.enter(DType.BF16)) {
        outputs = model.forward(BatchTensors.of(batch(), Device.CPU));
      }
      assertThat(outputs.get("logits").dtype()).isEqualTo(DType.BF16);
      assertThat(outputs.get("loss").dtype()).isEqualTo(DType.F32);
      Autograd.backward(outputs.get("loss"));
      for (Parameter p : model.parameters()) {
        assertThat(p.grad().dtype()).as(p.path()).isEqualTo(DType.F32);
        p.zeroGrad();
      }
    }
  }

  @Test
  void givesAllMemoryBack() {
    long before = SegmentPool.SHARED.stats().buffers();
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0)) {
      conversions(model, 2, 0.01);
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void otherTypesAreRefused() {
    assertThatThrownBy(() -> TrainSettings.builder().precision(DType.F16).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("train settings: precision must be F32 or BF16, got F16.");
  }
}
