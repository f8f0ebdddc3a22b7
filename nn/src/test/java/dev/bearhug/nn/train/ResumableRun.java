package dev.bearhug.nn.train;

import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.nn.optim.LrSchedules;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.tensor.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What one process of a run has: model, optimizer, store and trainer of its own. */
final class ResumableRun implements AutoCloseable {
  static final int STEPS = 9;
  private static final List<TaggingTask.Example> EXAMPLES = TaggingTask.examples(22, 31);

  final TaggingTask.Model model;
  final CheckpointStore store;
  final Trainer.Builder trainer;
  private final Optimizer optimizer;

  /** A run in a folder; {@code seed} is that of the first weights. */
  ResumableRun(Path folder, long seed, TrainSettings settings) throws IOException {
    model = new TaggingTask.Model(seed, 0.2);
    optimizer = new AdamW(ParamGroup.standard(model.parameters(), 0.1));
    store = CheckpointStore.open(folder);
    trainer =
        Trainer.builder(
                model,
                TaggingTask.shuffled(EXAMPLES, 4),
                optimizer,
                LrSchedules.linear(0.05, 2, STEPS))
            .settings(settings)
            .evaluator(m -> Map.of("loss", loss(m)))
            .checkpoints(store, new ParameterFiles(model.parameters()));
  }

  /** Three epochs of six batches, evaluated at every second step. */
  static TrainSettings settings(int accumulate) {
    return TrainSettings.builder()
        .epochs(3)
        .accumulate(accumulate)
        .clip(GradClip.l2(0.5))
        .evaluateEvery(2)
        .metric("loss", false)
        .patience(50, 0)
        .seed(17)
        .build();
  }

  private static double loss(Trainable model) {
    return EvaluationLoop.run(
        model,
        TaggingTask.inOrder(EXAMPLES, 5),
        Device.CPU,
        LossTerm.STANDARD,
        (batch, outputs) -> {});
  }

  @Override
  public void close() throws IOException {
    store.close();
    optimizer.close();
    model.close();
  }
}
