package dev.bearhug.nn.data;

import dev.bearhug.tensor.backend.PhiloxGenerator;

/**
 * Takes the batches of another sampler in random order.
 *
 * <p>Batches grouped by length come from long to short again and again; a model drifts with that
 * order wherever length tells something about the answer. Which examples share a batch stays as it
 * was. The first batch stays first, so that the longest example still shows at once whether memory
 * suffices, and a short last batch stays last.
 */
public final class ShuffledBatchSampler implements BatchSampler {

  /** Keeps the order of batches apart from other uses of the run's seed; the bytes of "batc". */
  private static final long STREAM = 0x62617463_00000000L;

  private final BatchSampler batches;

  /**
   * Creates a sampler.
   *
   * @param batches makes the batches; all but the last of the same size
   */
  public ShuffledBatchSampler(BatchSampler batches) {
    this.batches = batches;
  }

  @Override
  public int exampleCount() {
    return batches.exampleCount();
  }

  @Override
  public int batchesPerEpoch() {
    return batches.batchesPerEpoch();
  }

  @Override
  public BatchPlan plan(long seed, long epoch) {
    BatchPlan plan = batches.plan(seed, epoch);
    if (plan.size() < 3) {
      return plan;
    }
    int size = plan.batch(0).length;
    int last = plan.size() - 1;
    int full = plan.batch(last).length == size ? last : last - 1;
    int[] middle = new int[full];
    for (int i = 0; i < full; i++) {
      middle[i] = i + 1;
    }
    new PhiloxGenerator(seed, STREAM ^ epoch).shuffle(middle);
    int[] order = new int[last * size + plan.batch(last).length];
    for (int i = 0; i <= last; i++) {
      int[] batch = plan.batch(i == 0 || i > full ? i : middle[i - 1]);
      System.arraycopy(batch, 0, order, i * size, batch.length);
    }
    return BatchPlan.cut(order, size, false);
  }
}
