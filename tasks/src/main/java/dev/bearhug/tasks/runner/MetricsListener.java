package dev.bearhug.tasks.runner;

import dev.bearhug.nn.train.TrainEvent;
import dev.bearhug.nn.train.TrainListener;
import dev.bearhug.tasks.report.MetricsEntry;
import dev.bearhug.tasks.report.MetricsLog;

/**
 * Writes figures of training steps and evaluations to the metrics log.
 *
 * <p>The loss of a line is that of its step alone: a mean over the steps since the last line could
 * not be continued after a crash between two lines.
 */
final class MetricsListener implements TrainListener {

  private final MetricsLog log;
  private final int every;
  private final long stepsPerEpoch;
  private long tokens;
  private double seconds;
  private long allTokens;
  private long allSlots;
  private double allSeconds;
  private long peakBytes;

  MetricsListener(MetricsLog log, int every, long stepsPerEpoch) {
    this.log = log;
    this.every = every;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  @Override
  public void onStepEnd(TrainEvent.StepEnd event) {
    tokens += event.tokens();
    seconds += event.seconds();
    allTokens += event.tokens();
    allSlots += event.slots();
    allSeconds += event.seconds();
    peakBytes = Math.max(peakBytes, event.peakBytes());
    boolean due =
        event.step() == 1 || event.step() % every == 0 || event.step() == event.totalSteps();
    if (due) {
      log.append(
          MetricsEntry.train(
              event.step(),
              epoch(event.step()),
              event.loss(),
              event.rate(),
              event.gradNorm(),
              seconds > 0 ? tokens / seconds : 0,
              event.liveBytes()));
      tokens = 0;
      seconds = 0;
    }
  }

  @Override
  public void onEvalEnd(TrainEvent.EvalEnd event) {
    log.append(MetricsEntry.eval(event.step(), epoch(event.step()), event.metrics()));
    // A checkpoint may follow, and it counts on the lines so far.
    log.sync();
  }

  private double epoch(long step) {
    return (double) step / stepsPerEpoch;
  }

  /** Returns the mean speed of this process in real tokens per second, 0 without a step. */
  double tokensPerSecond() {
    return allSeconds > 0 ? allTokens / allSeconds : 0;
  }

  /** Returns the share of padding in the batches of this process, 0 to 1. */
  double paddingShare() {
    return allSlots > 0 ? (double) (allSlots - allTokens) / allSlots : 0;
  }

  /** Returns the largest memory held by tensors, in bytes. */
  long peakBytes() {
    return peakBytes;
  }
}
