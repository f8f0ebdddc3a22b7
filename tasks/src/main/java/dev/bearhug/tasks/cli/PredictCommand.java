package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.processor.PredictionWriter;
import dev.bearhug.tasks.runner.Judgement;
import dev.bearhug.tasks.runner.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bearhug predict}: applies a trained model to texts. */
@Command(
    name = "predict",
    description = "Applies a trained model to texts and prints classes with probabilities.")
final class PredictCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private DeviceOptions device;

  @Option(
      names = "--model",
      paramLabel = "RUN",
      required = true,
      description = "A run folder or a model folder.")
  private Path model;

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** Where the texts are: one of the two. */
  static final class Source {
    @Option(names = "--text", paramLabel = "TEXT", description = "A text; may be repeated.")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "A file of texts: json, jsonl, csv or tsv as for training, labels optional; any other"
                + " has one text in each line.")
    private Path file;
  }

  @Option(
      names = "--pair",
      paramLabel = "TEXT",
      description = "The second text of a pair, one for each --text.")
  private List<String> pairs = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "How a file is read, such as data.text=title; may be repeated.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Write to this file instead, as JSON lines or, by its name, as CSV.")
  private Path output;

  @Option(names = "--json", description = "Print JSON lines instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    if (!pairs.isEmpty() && pairs.size() != source.texts.size()) {
      throw new UsageException(
          "there must be as many --pair as --text (is "
              + pairs.size()
              + " and "
              + source.texts.size()
              + ").");
    }
    try (TrainedModel trained = TrainedModel.open(model, device.select())) {
      PredictionSource texts = new PredictionSource(trained);
      Judgement judged =
          source.file == null ? texts.ofTexts(source.texts, pairs) : texts.ofFile(source.file, set);
      if (judged.read().longTexts() > 0) {
        spec.commandLine()
            .getErr()
            .printf(
                "note: %d of %d texts are longer than %d tokens and were cut%n",
                judged.read().longTexts(), judged.read().rows(), judged.read().maxLength());
      }
      List<Prediction> predictions = judged.evaluation().predictions();
      if (output != null) {
        PredictionWriter.write(output, predictions, judged.labels());
      } else if (json) {
        predictions.forEach(
            p -> spec.commandLine().getOut().println(PredictionWriter.toJson(p, judged.labels())));
      } else {
        new PredictionTable(spec.commandLine().getOut())
            .print(predictions, texts.shown(), judged.labels());
      }
    }
    return ExitCodes.OK;
  }
}
