package dev.bearhug.nn.data;

/** Batches of examples in a uniformly random order, another one in each epoch. */
public final class RandomBatchSampler implements BatchSampler {
  private final BatchShape shape;

  /**
   * Creates a sampler.
   *
   * @param examples number of examples, not negative
   * @param batchSize examples per batch, at least 1
   * @param dropLast whether a last batch with fewer examples is left out
   */
  public RandomBatchSampler(int examples, int batchSize, boolean dropLast) {
    this.shape = new BatchShape(examples, batchSize, dropLast);
  }

  @Override
  public int exampleCount() {
    return shape.examples();
  }

  @Override
  public int batchesPerEpoch() {
    return shape.batches();
  }

  @Override
  public BatchPlan plan(long seed, long epoch) {
    return shape.cut(shape.shuffled(seed, epoch));
  }
}
