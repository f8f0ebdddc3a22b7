package dev.bearhug.tasks.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.TrainSection;
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
      return MemoryPlan.of(model, train, tokens);
    }
  }

  @Test
  void weightsGradientsAndMomentsAreExact() {
    MemoryPlan plan = plan(16, false);
    // Embeddings (100 + 512 + 2 + 2) x 128, two blocks, pooler, two classes.
    long block = 4 * (128 * 128 + 128) + 2 * 128 * 512 + 512 + 128 + 4 * 128;
    long expected = 616 * 128 + 2 * block + 128 * 128 + 128 + 2 * 128 + 2;
    assertThat(plan.parameters()).isEqualTo(expected);
    assertThat(plan.weightBytes()).isEqualTo(4 * expected);
    assertThat(plan.gradientBytes()).isEqualTo(4 * expected);
    assertThat(plan.optimizerBytes()).isEqualTo(8 * expected);
    assertThat(plan.trainableShare()).isEqualTo(1);
  }

  @Test
  void frozenWeightsNeedNoGradientsAndOtherOptimizersLessState() {
    MemoryPlan frozen = plan(16, true);
    assertThat(frozen.trainable()).isEqualTo(2 * 128 + 2);
    assertThat(frozen.gradientBytes()).isEqualTo(4 * frozen.trainable());
    assertThat(plan(16, false, "train.optimizer=sgd").optimizerBytes()).isZero();
    MemoryPlan momentum = plan(16, false, "train.optimizer=sgd", "train.momentum=0.9");
    assertThat(momentum.optimizerBytes()).isEqualTo(momentum.weightBytes());
  }

  @Test
  void activationsGrowWithTheBatchAndShrinkWithCheckpointing() {
    long once = plan(64, false, "train.batchSize=8").activationBytes();
    assertThat(plan(64, false, "train.batchSize=16").activationBytes()).isEqualTo(2 * once);
    assertThat(plan(128, false, "train.batchSize=8").activationBytes()).isGreaterThan(2 * once);
    assertThat(plan(64, false, "train.batchSize=8", "train.checkpointing=true").activationBytes())
        .isLessThan(once);
  }
}
