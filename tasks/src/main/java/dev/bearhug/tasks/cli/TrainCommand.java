package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.runner.RunOutput;
import dev.bearhug.tasks.runner.RunResult;
import dev.bearhug.tasks.runner.Runner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bearhug train}: trains a model and writes a run folder. */
@Command(
    name = "train",
    description = {
      "Trains a model, evaluates it and writes a run folder.",
      "",
      "The folder holds the best model (model/), its scores (report.json), curves (plots/,"
          + " metrics.jsonl), predictions, checkpoints, and run.json, which repeats the run:"
          + " train --settings run.json --output NEW."
    })
final class TrainCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--resume",
      description =
          "Go on with the run in the output folder, after an interruption; with no run there,"
              + " begin one.")
  private boolean resume;

  @Option(
      names = "--overwrite",
      description = "Remove an earlier run from the output folder first.")
  private boolean overwrite;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of weights, order and dropout.")
  private Long seed;

  @Override
  public Integer call() {
    if (resume && overwrite) {
      throw new UsageException("--resume and --overwrite exclude each other. Give one of them.");
    }
    List<String> extra = new ArrayList<>();
    if (overwrite) {
      extra.add("output.overwrite=true");
    }
    if (seed != null) {
      extra.add("train.seed=" + seed);
    }
    RunConfig config = options.load(resume, extra);
    RunResult result = new Runner(config).resume(resume).output(RunOutput.standardError()).run();
    new RunPrinter(spec.commandLine().getOut()).print(result);
    return ExitCodes.OK;
  }
}
