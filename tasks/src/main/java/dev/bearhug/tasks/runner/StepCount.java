package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.config.TrainSection;

/**
 * How many optimizer steps a run has.
 *
 * @param perEpoch steps of one pass over the data
 * @param total steps of the run unless it stops early
 */
record StepCount(long perEpoch, long total) {

  static StepCount of(TrainSection train, int batchesPerEpoch) {
    long perEpoch = Math.ceilDiv((long) batchesPerEpoch, train.accumulate());
    long total =
        train.maxSteps() != null
            ? train.maxSteps()
            : Math.max(1, Math.round(train.epochs() * perEpoch));
    return new StepCount(perEpoch, total);
  }
}
