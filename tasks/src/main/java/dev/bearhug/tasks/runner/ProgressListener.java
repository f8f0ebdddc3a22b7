package dev.bearhug.tasks.runner;

import dev.bearhug.nn.train.TrainEvent;
import dev.bearhug.nn.train.TrainListener;
import dev.bearhug.tasks.progress.ProgressFigures;
import dev.bearhug.tasks.progress.ProgressReporter;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Shows training to people: progress, evaluations, warnings; also in the run's log. */
final class ProgressListener implements TrainListener, AutoCloseable {

  /** Share of the newest step in the loss and the speed that are shown. */
  private static final double FRESH = 0.1;

  private final RunOutput output;
  private final RunLog log;
  private final String metric;
  private long stepsPerEpoch;
  private ProgressReporter progress;
  private double loss = Double.NaN;
  private double speed = Double.NaN;

  ProgressListener(RunOutput output, RunLog log, String metric) {
    this.output = output;
    this.log = log;
    this.metric = metric;
  }

  @Override
  public void onRunStart(TrainEvent.RunStart event) {
    stepsPerEpoch = event.stepsPerEpoch();
    log.say(
        (event.resumed() ? "going on after step " : "training from step ")
            + event.step()
            + " of "
            + event.totalSteps());
    if (event.step() < event.totalSteps()) {
      progress = output.progress("train", event.step(), event.totalSteps());
    }
  }

  @Override
  public void onStepEnd(TrainEvent.StepEnd event) {
    loss = smoothed(loss, event.loss());
    speed = smoothed(speed, event.tokensPerSecond());
    if (progress != null) {
      progress.update(
          event.step(),
          new ProgressFigures(
              (double) event.step() / stepsPerEpoch, loss, event.rate(), speed, event.peakBytes()));
    }
  }

  private static double smoothed(double before, double now) {
    return Double.isNaN(before) ? now : before + FRESH * (now - before);
  }

  @Override
  public void onEvalEnd(TrainEvent.EvalEnd event) {
    StringJoiner values = new StringJoiner(", ");
    Map<String, Double> metrics = event.metrics();
    if (metrics.containsKey("loss")) {
      values.add(figure("loss", metrics.get("loss")));
    }
    if (!metric.equals("loss")) {
      values.add(figure(metric, metrics.get(metric)));
    }
    show(
        "step "
            + event.step()
            + ": dev "
            + values
            + (event.best()
                ? " (best so far)"
                : event.withoutProgress() > 0
                    ? " (no progress for " + event.withoutProgress() + ")"
                    : ""));
  }

  static String figure(String name, double value) {
    return String.format(Locale.ROOT, "%s %.4f", name, value);
  }

  @Override
  public void onCheckpointSaved(TrainEvent.CheckpointSaved event) {
    log.say("checkpoint " + event.checkpoint().folder());
  }

  @Override
  public void onWarning(TrainEvent.Warning event) {
    show("warning at step " + event.step() + ": " + event.message());
  }

  @Override
  public void onRunEnd(TrainEvent.RunEnd event) {
    switch (event.result().reason()) {
      case COMPLETED -> log.say("training completed at step " + event.step());
      case EARLY_STOPPED ->
          show("stopped early at step " + event.step() + ": " + metric + " no longer improves");
      case STOP_REQUESTED -> show("stopped on request at step " + event.step());
    }
  }

  @Override
  public void onRunFailed(TrainEvent.RunFailed event) {
    log.say("training failed at step " + event.step() + ": " + event.error().getMessage());
  }

  private void show(String line) {
    log.say(line);
    if (progress != null) {
      progress.message(line);
    } else {
      output.say(line);
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
