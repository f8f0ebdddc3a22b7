package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.model.TaskModels;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tensor.Device;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.AutoTokenizer;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A trained model with its tokenizer, opened from the folder of a run or of a model.
 *
 * @param folder the folder of the model's files
 * @param config the configuration of the run; {@code null} for a model folder
 * @param data how the data of the run was read; {@code null} for a model folder
 * @param model the model, owned by this
 * @param tokenizer its tokenizer, owned by this
 * @param maxLength longest input in tokens
 * @param device where the parameters are
 */
public record TrainedModel(
    Path folder,
    RunConfig config,
    DataSpec data,
    PretrainedModel model,
    Tokenizer tokenizer,
    int maxLength,
    Device device)
    implements AutoCloseable {

  /**
   * Opens a model as it was trained.
   *
   * @param folder a run folder, or a model folder in the Hugging Face layout
   * @param device where the parameters live
   * @throws RunException when the folder holds neither, or a run that is not finished
   */
  public static TrainedModel open(Path folder, Device device) {
    RunConfig config = null;
    DataSpec data = null;
    Path modelFolder = folder;
    if (RunFolder.isRun(folder)) {
      RunFolder run = RunFolder.of(folder);
      config = run.readConfig();
      modelFolder = run.model();
      if (!Files.isDirectory(modelFolder)) {
        throw new RunException(
            "model: the run in "
                + folder
                + " has no model yet; it was interrupted or is still training. Finish it with"
                + " \"bearhug train --resume --output "
                + folder
                + "\".");
      }
      data = run.readData();
    } else if (!Files.isRegularFile(folder.resolve("config.json"))) {
      throw new RunException(
          "model: "
              + folder
              + (Files.exists(folder)
                  ? " holds neither a run (run.json) nor a model (config.json)."
                  : " does not exist.")
              + " Give the output folder of \"bearhug train\", or a model folder.");
    }
    Tokenizer tokenizer = AutoTokenizer.open(modelFolder);
    try {
      PretrainedModel model = TaskModels.open(modelFolder, device);
      try {
        int maxLength = config == null ? limit(model, tokenizer) : config.tokenizer().maxLength();
        TaskModels.requireFits(model.config(), tokenizer, maxLength, modelFolder.toString());
        model.setTraining(false);
        return new TrainedModel(modelFolder, config, data, model, tokenizer, maxLength, device);
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static int limit(PretrainedModel model, Tokenizer tokenizer) {
    int positions = model.config().maxPositions();
    return Math.min(positions, tokenizer.modelMaxLength().orElse(positions));
  }

  /** Returns the task the model was trained for, {@code classification} where nothing says it. */
  public String task() {
    return config == null ? "classification" : config.task();
  }

  /** Returns the precision the model runs in: as in its run, {@code auto} for a model folder. */
  public ChosenPrecision precision() {
    return ChosenPrecision.of(config, device);
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
