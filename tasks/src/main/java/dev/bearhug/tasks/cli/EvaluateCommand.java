package dev.bearhug.tasks.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tasks.processor.PredictionWriter;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.runner.Judgement;
import dev.bearhug.tasks.runner.RunOutput;
import dev.bearhug.tasks.runner.TrainedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bearhug evaluate}: judges a trained model on labelled data. */
@Command(
    name = "evaluate",
    description =
        "Judges a trained model on labelled data. Scores do not depend on the batch size.")
final class EvaluateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private DeviceOptions device;
  @Mixin private DataOptions data;

  @Option(
      names = "--model",
      paramLabel = "RUN",
      required = true,
      description = "A run folder or a model folder.")
  private Path model;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "dev",
      description = "What to judge on: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Split split;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description = "Examples of one forward pass (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Also write the predictions, as JSON lines or, by its name, as CSV.")
  private Path output;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (batchSize < 1) {
      throw new UsageException("--batch-size must be at least 1 (is " + batchSize + ").");
    }
    try (TrainedModel trained = TrainedModel.open(model, device.select())) {
      DataSpec source = data.apply(Judgement.dataFor(trained.data(), data.path()));
      Split present = Judgement.splitFor(source, split);
      Judgement judged =
          Judgement.of(trained, source, present, batchSize, RunOutput.standardError());
      if (judged.evaluation().metrics().values().isEmpty()) {
        throw new UsageException(
            "the " + present.key() + " data has no labels to judge by. Use bearhug predict.");
      }
      if (output != null) {
        PredictionWriter.write(output, judged.evaluation().predictions(), judged.labels());
      }
      print(judged);
    }
    return ExitCodes.OK;
  }

  private void print(Judgement judged) {
    PrintWriter out = spec.commandLine().getOut();
    ReadReport read = judged.read();
    if (json) {
      ObjectNode node = new JsonMapper().createObjectNode();
      node.put("split", read.split().key());
      node.put("examples", read.rows());
      node.put("truncated", read.longTexts());
      node.set("metrics", judged.evaluation().metrics().toJson());
      out.println(node);
    } else {
      out.println(read.summary());
      new RunPrinter(out).metrics(judged.evaluation().metrics().values());
    }
  }
}
