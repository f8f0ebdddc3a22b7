package dev.bearhug.nn.train;

import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.tensor.RandomSource;

/**
 * Where a run stands: with weights and optimizer state all that is needed to go on bit for bit.
 *
 * @param step optimizer steps done
 * @param data position in the data
 * @param random position in the random numbers
 * @param accumulate batches per step
 * @param metric name of the watched metric, empty if there is none
 * @param best its best value so far
 * @param totals sums over the steps of the present epoch
 */
record TrainState(
    long step,
    LoaderState data,
    RandomSource.State random,
    int accumulate,
    String metric,
    BestValue best,
    EpochTotals totals) {}
