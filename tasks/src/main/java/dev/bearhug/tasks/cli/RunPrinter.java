package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.progress.Units;
import dev.bearhug.tasks.report.RunReport;
import dev.bearhug.tasks.runner.RunResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what a run came to. */
final class RunPrinter {

  private final PrintWriter out;

  RunPrinter(PrintWriter out) {
    this.out = out;
  }

  void print(RunResult result) {
    RunReport report = result.report();
    if (result.alreadyComplete()) {
      out.println("The run was complete already; nothing was done.");
    }
    RunReport.Training training = report.training();
    out.printf(
        Locale.ROOT,
        "%s after %d steps (%.2f epochs) in %s, %s%n",
        report.status() == RunReport.Status.STOPPED_EARLY ? "stopped early" : "trained",
        training.steps(),
        training.epochs(),
        Units.duration(Duration.ofMillis((long) (1000 * report.seconds()))),
        Units.count(training.tokensPerSecond()) + " tokens/s");
    RunReport.Evaluation evaluation = report.evaluation();
    out.printf(Locale.ROOT, "best dev figures (step %d):%n", evaluation.bestStep());
    metrics(evaluation.metrics());
    report.warnings().forEach(warning -> out.println("note: " + warning));
    Path folder = result.folder().path();
    out.println("results: " + folder);
    out.println("model:   " + result.folder().model());
  }

  void metrics(Map<String, Double> metrics) {
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    List<String> names = List.copyOf(metrics.keySet());
    for (String name : names) {
      double value = metrics.get(name);
      out.printf(
          Locale.ROOT,
          "  %-" + width + "s  %s%n",
          name,
          Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.4f", value));
    }
  }
}
