package dev.bearhug.tasks.config;

import dev.bearhug.tasks.processor.DataSpec;
import java.nio.file.Path;

/**
 * Everything that determines a training run.
 *
 * @param task what is trained: name or alias of a task, such as {@code classification}, which
 *     covers classes, sets of classes and numbers
 * @param model where the weights come from
 * @param tokenizer how texts become tokens
 * @param data where the examples are
 * @param train how the model is trained
 * @param evaluate how it is evaluated
 * @param output where results go
 */
public record RunConfig(
    String task,
    ModelSection model,
    TokenizerSection tokenizer,
    DataSpec data,
    TrainSection train,
    EvaluateSection evaluate,
    OutputSection output) {

  /** Checks what concerns several sections. */
  public RunConfig {
    Rules.require(task != null, "task", "must be set", "not set");
    Rules.notBlank("task", task);
    Rules.require(data.path() != null, "data.path", "must be set: a folder or a file", "not set");
    Rules.require(
        model.path() != null || tokenizer.path() != null,
        "tokenizer.path",
        "must be set for a model from random weights: a folder, or build",
        "not set");
  }

  /**
   * Returns the configuration with nothing left to the place where it runs: absolute paths and a
   * definite number of threads.
   *
   * @param folder the folder to which relative paths refer
   * @param processors the number of threads when none is set
   */
  public RunConfig resolve(Path folder, int processors) {
    String tokenizerPath =
        tokenizer.isBuilt() ? TokenizerSection.BUILD : absolute(folder, tokenizer.path());
    DataSpec d = data;
    return new RunConfig(
        task,
        new ModelSection(
            absolute(folder, model.path()),
            model.config(),
            model.hiddenDropout(),
            model.attentionDropout()),
        new TokenizerSection(
            tokenizerPath,
            tokenizer.vocabularySize(),
            tokenizer.lowercase(),
            tokenizer.maxLength()),
        new DataSpec(
            absolute(folder, d.path()),
            d.format(),
            d.train(),
            d.dev(),
            d.test(),
            d.text(),
            d.textPair(),
            d.label(),
            d.header(),
            d.delimiter(),
            d.quote(),
            d.labelType(),
            d.labelSeparator(),
            d.skipLabels(),
            d.devFraction(),
            d.trainRows(),
            d.splitSeed()),
        train.threads() == null ? train.withThreads(processors) : train,
        evaluate,
        new OutputSection(absolute(folder, output.path()), output.overwrite()));
  }

  private static String absolute(Path folder, String path) {
    return path == null ? null : folder.toAbsolutePath().resolve(path).normalize().toString();
  }

  /**
   * Returns the configuration as JSON that {@link ConfigLoader#file} reads back as an equal one.
   */
  public String toJson() {
    return RecordCodec.toTree(this).toPrettyString() + "\n";
  }
}
