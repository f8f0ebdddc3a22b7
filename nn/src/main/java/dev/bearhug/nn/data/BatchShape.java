package dev.bearhug.nn.data;

import dev.bearhug.tensor.backend.PhiloxGenerator;

/**
 * What all samplers have in common: number of examples, batch size, fate of a short last batch.
 *
 * @param examples number of examples
 * @param batchSize examples per batch
 * @param dropLast whether a short last batch is left out
 */
record BatchShape(int examples, int batchSize, boolean dropLast) {

  /** Keeps the data order apart from other uses of the run's seed; the bytes of "data". */
  private static final long STREAM = 0x64617461_00000000L;

  BatchShape {
    if (examples < 0 || batchSize < 1) {
      throw new IllegalArgumentException(
          "batch sampler: needs a batch size of at least 1 and no negative number of examples"
              + " (batch size "
              + batchSize
              + ", examples "
              + examples
              + ").");
    }
    if (dropLast && examples > 0 && examples < batchSize) {
      throw new IllegalArgumentException(
          "batch sampler: dropping the short last batch leaves none (examples "
              + examples
              + ", batch size "
              + batchSize
              + "). The data set is smaller than one batch. Use a smaller batch size or keep the"
              + " last batch.");
    }
  }

  int batches() {
    return BatchPlan.count(examples, batchSize, dropLast);
  }

  BatchPlan cut(int[] order) {
    return BatchPlan.cut(order, batchSize, dropLast);
  }

  /** Returns 0, 1, 2 and so on. */
  int[] inOrder() {
    int[] order = new int[examples];
    for (int i = 0; i < examples; i++) {
      order[i] = i;
    }
    return order;
  }

  /** Returns the examples in the random order that belongs to seed and epoch. */
  int[] shuffled(long seed, long epoch) {
    int[] order = inOrder();
    new PhiloxGenerator(seed, STREAM ^ epoch).shuffle(order);
    return order;
  }
}
