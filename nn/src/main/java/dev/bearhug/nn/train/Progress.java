package dev.bearhug.nn.train;

import dev.bearhug.nn.data.LoaderState;
import java.util.Map;

/** Where the running loop stands. */
final class Progress {
  long step;

  /** Position after the last step; null before the first. */
  LoaderState data;

  BestValue best = BestValue.NONE;
  EpochTotals totals = EpochTotals.ZERO;
  Map<String, Double> lastMetrics = Map.of();

  static Progress of(TrainState state) {
    Progress progress = new Progress();
    progress.step = state.step();
    progress.data = state.data();
    progress.best = state.best();
    progress.totals = state.totals();
    return progress;
  }

  boolean epochFinished() {
    return data.batch() == data.batchesPerEpoch();
  }

  /** Where the next step takes its batches from; null at the start of the run. */
  LoaderState next() {
    return data != null && epochFinished()
        ? new LoaderState(data.seed(), data.epoch() + 1, 0, data.batchesPerEpoch())
        : data;
  }
}
