package dev.bearhug.tasks.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.Precision;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

  private static MemoryPlan plan(int tokens, boolean freeze, String... settings) {
    ConfigLoader loader = new ConfigLoader().preset("scratch");
    loader.set("data.path=d").set("output.path=o");
    List.of(settings).forEach(loader::set);
    TrainSection train = loader.load().train();
    HeadSpec head = HeadSpec.classification(List.of("a", "b"));
    try (PretrainedModel model = AutoModel.create(BertConfig.tiny(100), head, 1, Device.CPU)) {
      if (freeze) {
        model.parameters().stream()
            .filter(p -> p.path().startsWith("bert."))
            .forEach(p -> p.setTrainable(false));
      }
      DType precision = train.precision() == Precision.BF16 ? DType.BF16 : DType.F32;
      return MemoryPlan.of(model, train, precision, (long) train.batchSize() * tokens);
    }
  }

  @Test
  void weightsGradientsAndMomentsAreExact() {
    MemoryPlan plan = plan(16, false);
    // Embeddings (100 + 512 + 2 + 2) x 128, two blocks, pooler, two classes.
    long block = 4 * (128 * 128 + 128) + 2 * 128 * 512 + 512 + 128 + 4 * 128;
    long expected = 616 * 128 + 2 * block + 128 * 128 + 128 + 2 * 128 + 2;
    assertThat(plan.parameters()).isEqualTo(expected);
    // The pool rounds buffers up, by an eighth at most.
    assertThat(plan.weightBytes()).isBetween(4 * expected, 4 * expected * 9 / 8 + 64 * 100);
    assertThat(plan.copyBytes()).isZero();
    assertThat(plan.gradientBytes()).isEqualTo(plan.weightBytes());
    assertThat(plan.optimizerBytes()).isEqualTo(2 * plan.weightBytes());
    assertThat(plan.trainableShare()).isEqualTo(1);
  }

  @Test
  void frozenWeightsNeedNoGradientsAndOtherOptimizersLessState() {
    MemoryPlan frozen = plan(16, true);
    assertThat(frozen.trainable()).isEqualTo(2 * 128 + 2);
    assertThat(frozen.gradientBytes()).isEqualTo(4 * 2 * 128 + 64);
    assertThat(plan(16, false, "train.optimizer=sgd").optimizerBytes()).isZero();
    MemoryPlan momentum = plan(16, false, "train.optimizer=sgd", "train.momentum=0.9");
    assertThat(momentum.optimizerBytes()).isEqualTo(momentum.weightBytes());
  }

  @Test
  void bf16HalvesActivationsAndAddsCopiesOfMatrices() {
    MemoryPlan single = plan(64, false, "train.precision=f32");
    MemoryPlan mixed = plan(64, false, "train.precision=bf16");
    assertThat(mixed.weightBytes()).isEqualTo(single.weightBytes());
    assertThat(mixed.gradientBytes()).isEqualTo(single.gradientBytes());
    assertThat((double) mixed.copyBytes() / single.weightBytes()).isBetween(0.49, 0.5);
    assertThat((double) mixed.activationBytes() / single.activationBytes()).isBetween(0.5, 0.55);
  }

  @Test
  void thePeakCountsGradientsOrActivationsWhicheverIsMore() {
    MemoryPlan few = plan(4, false, "train.batchSize=1");
    long kept = few.weightBytes() + few.optimizerBytes();
    assertThat(few.peakBytes() - kept).isBetween(few.gradientBytes(), few.gradientBytes() + 20_000);
    MemoryPlan many = plan(128, false, "train.batchSize=64");
    assertThat(many.peakBytes()).isGreaterThan(kept + many.activationBytes());
    MemoryPlan accumulated = plan(128, false, "train.batchSize=64", "train.accumulate=2");
    assertThat(accumulated.peakBytes()).isEqualTo(many.peakBytes() + many.gradientBytes());
  }

  @Test
  void activationsGrowWithTheBatchAndShrinkWithCheckpointing() {
    long once = plan(64, false, "train.batchSize=8").activationBytes();
    assertThat(plan(64, false, "train.batchSize=16").activationBytes()).isEqualTo(2 * once);
    // Attention in blocks keeps nothing that grows with the square of the length.
    assertThat(plan(128, false, "train.batchSize=8").activationBytes()).isEqualTo(2 * once);
    long lean = plan(64, false, "train.checkpointing=memory_bound_ops").activationBytes();
    long blocks = plan(64, false, "train.checkpointing=each_block").activationBytes();
    long all = plan(64, false).activationBytes();
    assertThat((double) lean / all).isBetween(0.6, 0.7);
    assertThat(blocks).isLessThan(lean);
  }
}
