package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.evaluator.Evaluation;
import dev.bearhug.tasks.evaluator.ModelScorer;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.progress.ProgressFigures;
import dev.bearhug.tasks.progress.ProgressReporter;
import dev.bearhug.tasks.registry.Task;
import dev.bearhug.tasks.registry.TaskRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained model applied to a split of data.
 *
 * @param evaluation predictions, and metrics where the data has labels
 * @param labels the model's labels
 * @param read what became of the lines of the data, texts cut included
 */
public record Judgement(Evaluation evaluation, LabelSet labels, ReadReport read) {

  /**
   * Applies a model.
   *
   * @param trained the model
   * @param data where the data is and how it is read
   * @param split what to read; a single file is read whatever it is called
   * @param batchSize examples of one forward pass
   * @param output is told about the progress
   */
  public static Judgement of(
      TrainedModel trained, DataSpec data, Split split, int batchSize, RunOutput output) {
    Task<?> task = TaskRegistry.installed().get(trained.task()).task();
    return apply(task, trained, data, split, batchSize, output);
  }

  private static <F> Judgement apply(
      Task<F> task,
      TrainedModel trained,
      DataSpec data,
      Split split,
      int batchSize,
      RunOutput output) {
    LabelSet labels = task.labels(trained.model().head());
    return of(task, trained, task.loadSplit(data, split, labels), split, batchSize, output);
  }

  /**
   * Applies a model to data that was read.
   *
   * @param task the task of the model
   * @param trained the model
   * @param processor has the split
   * @param split which one
   * @param batchSize examples of one forward pass
   * @param output is told about the progress
   * @param <F> type of an example as a model reads it
   */
  public static <F> Judgement of(
      Task<F> task,
      TrainedModel trained,
      Processor<F> processor,
      Split split,
      int batchSize,
      RunOutput output) {
    LabelSet labels = task.labels(trained.model().head());
    FeatureSet<F> set = processor.features(split, trained.tokenizer(), trained.maxLength());
    List<float[]> outputs;
    try (ProgressReporter progress = output.progress(split.key(), 0, set.size())) {
      outputs =
          new ModelScorer(trained.model(), trained.device(), trained.precision().type())
              .logits(set, batchSize, done -> progress.update(done, ProgressFigures.NONE));
    }
    ReadReport read = processor.reports().get(0).withLongTexts(set.cut(), set.maxLength());
    return new Judgement(task.evaluator(labels).evaluate(set.features(), outputs), labels, read);
  }

  /**
   * Returns how data is read for a trained model: columns as in its run; files and the cutting of
   * dev from train only where the path is the one of the run.
   *
   * @param known how the data of the run was read, or {@code null}
   * @param path folder or file, or {@code null} for the data of the run
   * @throws RunException when neither a path nor a run is there
   */
  public static DataSpec dataFor(DataSpec known, String path) {
    if (path == null) {
      if (known == null) {
        throw new RunException("data: a model folder does not know any data. Give --data DIR.");
      }
      return known;
    }
    String absolute = Path.of(path).toAbsolutePath().normalize().toString();
    if (known == null) {
      return DataSpec.of(absolute);
    }
    if (absolute.equals(known.path())) {
      return known;
    }
    return new DataSpec(
        absolute,
        known.format(),
        List.of(),
        List.of(),
        List.of(),
        known.text(),
        known.textPair(),
        known.label(),
        known.header(),
        known.delimiter(),
        known.quote(),
        known.labelType(),
        known.labelSeparator(),
        known.skipLabels(),
        null,
        null,
        known.splitSeed());
  }

  /**
   * Returns the split under which data is found: a single file counts as train unless dev is cut
   * from it.
   */
  public static Split splitFor(DataSpec data, Split wanted) {
    boolean single = Files.isRegularFile(Path.of(data.path())) && !data.cutsDev();
    return single ? Split.TRAIN : wanted;
  }
}
