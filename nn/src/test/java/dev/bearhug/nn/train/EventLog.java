package dev.bearhug.nn.train;

import java.util.ArrayList;
import java.util.List;

/** Writes down every event, without what depends on time. */
final class EventLog implements TrainListener {
  final List<String> lines = new ArrayList<>();
  final List<TrainEvent.StepEnd> steps = new ArrayList<>();
  final List<TrainEvent.Warning> warnings = new ArrayList<>();

  @Override
  public void onRunStart(TrainEvent.RunStart e) {
    lines.add("start " + e.step() + "/" + e.totalSteps() + (e.resumed() ? " resumed" : ""));
  }

  @Override
  public void onEpochStart(TrainEvent.EpochStart e) {
    lines.add("epoch " + e.epoch());
  }

  @Override
  public void onStepEnd(TrainEvent.StepEnd e) {
    steps.add(e);
    lines.add("step " + e.step() + " " + e.loss() + " " + e.rate() + " " + e.gradNorm());
  }

  @Override
  public void onEpochEnd(TrainEvent.EpochEnd e) {
    lines.add("epoch end " + e.epoch() + " " + e.meanLoss() + " " + e.tokens() + "/" + e.slots());
  }

  @Override
  public void onEvalStart(TrainEvent.EvalStart e) {
    lines.add("eval");
  }

  @Override
  public void onEvalEnd(TrainEvent.EvalEnd e) {
    lines.add(
        "eval end " + e.metrics() + (e.best() ? " best" : "") + " waiting " + e.withoutProgress());
  }

  @Override
  public void onCheckpointSaved(TrainEvent.CheckpointSaved e) {
    lines.add("saved " + e.checkpoint().step() + (e.checkpoint().best() ? " best" : ""));
  }

  @Override
  public void onWarning(TrainEvent.Warning e) {
    warnings.add(e);
    lines.add("warning " + e.paths());
  }

  @Override
  public void onRunEnd(TrainEvent.RunEnd e) {
    lines.add("end " + e.result().reason());
  }

  @Override
  public void onRunFailed(TrainEvent.RunFailed e) {
    lines.add("failed " + e.error().getClass().getSimpleName());
  }

  /** The lines without their numbers. */
  List<String> words() {
    return lines.stream().map(line -> line.replaceAll(" (step)? ?[-0-9.E]+.*", "")).toList();
  }
}
