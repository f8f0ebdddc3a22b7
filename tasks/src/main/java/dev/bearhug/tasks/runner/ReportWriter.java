package dev.bearhug.tasks.runner;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.train.TrainResult;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.evaluator.Evaluation;
import dev.bearhug.tasks.metric.Metrics;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.report.MetricsEntry;
import dev.bearhug.tasks.report.MetricsLog;
import dev.bearhug.tasks.report.Plots;
import dev.bearhug.tasks.report.RunReport;
import dev.bearhug.tensor.Device;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Draws the plots and puts the report of a finished run together. */
final class ReportWriter {

  /**
   * What training came to.
   *
   * @param result how it ended
   * @param stepsPerEpoch optimizer steps of an epoch
   * @param tokensPerSecond mean speed of this process
   * @param paddingShare share of padding in the batches of this process
   * @param peakBytes largest memory held by tensors
   * @param bestStep step of the model that is reported
   */
  record Trained(
      TrainResult result,
      long stepsPerEpoch,
      double tokensPerSecond,
      double paddingShare,
      long peakBytes,
      long bestStep) {}

  private final RunFolder folder;
  private final RunConfig config;
  private final LabelSet labels;
  private final String metric;

  ReportWriter(RunFolder folder, RunConfig config, LabelSet labels, String metric) {
    this.folder = folder;
    this.config = config;
    this.labels = labels;
    this.metric = metric;
  }

  /** Draws what can be drawn and returns what could not. */
  List<String> plots(Evaluation dev) {
    List<MetricsEntry> entries = MetricsLog.read(folder.metricsFile());
    Plots plots = new Plots(folder.plots());
    plots.loss(entries);
    plots.learningRate(entries);
    if (!metric.equals(MetricsEntry.LOSS)) {
      plots.metric(entries, metric, Metrics.greaterIsBetter(metric));
    }
    if (dev.confusion() != null) {
      plots.confusion(dev.confusion());
    }
    return plots.problems();
  }

  RunReport report(
      Instant started,
      Trained trained,
      Evaluation dev,
      PretrainedModel model,
      Device device,
      ChosenPrecision precision,
      RunReport.Data data,
      List<String> warnings) {
    TrainResult result = trained.result();
    long trainable =
        model.parameters().stream()
            .filter(Parameter::isTrainable)
            .mapToLong(Parameter::numel)
            .sum();
    return new RunReport(
        result.reason() == TrainResult.Reason.EARLY_STOPPED
            ? RunReport.Status.STOPPED_EARLY
            : RunReport.Status.COMPLETED,
        config.task(),
        started.truncatedTo(ChronoUnit.SECONDS).toString(),
        Duration.between(started, Instant.now()).toMillis() / 1000.0,
        new RunReport.Setup(
            config.model().path() == null
                ? config.model().config().name().toLowerCase(Locale.ROOT)
                : config.model().path(),
            model.parameterCount(),
            trainable,
            device.toString(),
            precision.name(),
            config.train().threads(),
            config.train().seed(),
            Runtime.version().toString(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch")),
        data,
        new RunReport.Training(
            result.steps(),
            (double) result.steps() / trained.stepsPerEpoch(),
            finalLoss(),
            trained.tokensPerSecond(),
            trained.paddingShare(),
            trained.peakBytes()),
        new RunReport.Evaluation(
            metric,
            dev.metrics().get(metric),
            trained.bestStep(),
            dev.metrics().values(),
            dev.confusion()),
        warnings,
        files());
  }

  private double finalLoss() {
    return MetricsLog.read(folder.metricsFile()).stream()
        .filter(entry -> entry.kind() == MetricsEntry.Kind.TRAIN)
        .reduce((earlier, later) -> later)
        .flatMap(entry -> entry.figure(MetricsEntry.LOSS).stream().boxed().findFirst())
        .orElse(Double.NaN);
  }

  private List<String> files() {
    try (Stream<Path> all = Files.walk(folder.path())) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.path().relativize(file).toString())
          .filter(name -> !name.startsWith("checkpoints"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "report: cannot list " + folder.path() + " (" + e.getMessage() + ").", e);
    }
  }
}
