package dev.bearhug.nn.train;

import dev.bearhug.nn.optim.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a trainer puts into a checkpoint: folder of the model, optimizer state, trainer state. */
final class RunCheckpoints {
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String TRAINER = "trainer.json";

  private final CheckpointStore store;
  private final ModelFiles model;
  private final Optimizer optimizer;

  RunCheckpoints(CheckpointStore store, ModelFiles model, Optimizer optimizer) {
    this.store = store;
    this.model = model;
    this.optimizer = optimizer;
  }

  Checkpoint write(TrainState state, boolean best) throws CheckpointException {
    return store.write(
        state.step(),
        best,
        folder -> {
          Path modelFolder = Files.createDirectory(folder.resolve(Trainer.MODEL_FOLDER));
          model.save(modelFolder);
          optimizer.save(folder.resolve(OPTIMIZER));
          TrainStateFile.write(folder.resolve(TRAINER), state);
        });
  }

  static TrainState readState(Path folder) throws IOException {
    return TrainStateFile.read(folder.resolve(TRAINER));
  }

  void loadWeights(Path folder) throws IOException {
    optimizer.load(folder.resolve(OPTIMIZER));
    model.load(folder.resolve(Trainer.MODEL_FOLDER));
  }
}
