package dev.bearhug.nn.data;

/**
 * Decides the order of the examples and how they form batches.
 *
 * <p>An implementation is immutable, and its plan a function of seed and epoch alone: that makes a
 * run repeatable and lets it be resumed in the middle of an epoch.
 */
public interface BatchSampler {

  /** Returns the number of examples the sampler was made for. */
  int exampleCount();

  /** Returns the number of batches of every epoch. */
  int batchesPerEpoch();

  /**
   * Returns the batches of one epoch; each example is in at most one of them.
   *
   * @param seed seed of the run
   * @param epoch number of the epoch, from 0
   */
  BatchPlan plan(long seed, long epoch);
}
