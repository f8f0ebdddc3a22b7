package dev.bearhug.nn.data;

import java.util.Arrays;

/**
 * Random batches of examples of similar length, so that little padding is needed.
 *
 * <p>As the reference library's {@code LengthGroupedSampler}: the examples are shuffled, the order
 * is cut into megabatches of {@code megabatch} batches, and each megabatch is sorted by falling
 * length (equal lengths keep their random order). Then the longest example of all changes places
 * with the very first one, so that a batch that does not fit into memory fails at once and not
 * after hours.
 */
public final class LengthGroupedBatchSampler implements BatchSampler {

  /** The most batches a megabatch has unless stated otherwise. */
  public static final int DEFAULT_MEGABATCH = 50;

  private final int[] lengths;
  private final BatchShape shape;
  private final int megabatch;
  private final boolean longestFirst;

  /**
   * Creates a sampler with the reference's settings: megabatches of 50 batches, fewer where the
   * dataset has not four of them, and the longest example first.
   *
   * @param lengths length of each example in tokens
   * @param batchSize examples per batch, at least 1
   * @param dropLast whether a last batch with fewer examples is left out
   */
  public LengthGroupedBatchSampler(int[] lengths, int batchSize, boolean dropLast) {
    this(lengths, batchSize, dropLast, defaultMegabatch(lengths.length, batchSize), true);
  }

  /**
   * Creates a sampler.
   *
   * @param lengths length of each example in tokens
   * @param batchSize examples per batch, at least 1
   * @param dropLast whether a last batch with fewer examples is left out
   * @param megabatch number of batches that are sorted together, at least 1; 1 is plain shuffling
   * @param longestFirst whether the longest example comes first
   */
  public LengthGroupedBatchSampler(
      int[] lengths, int batchSize, boolean dropLast, int megabatch, boolean longestFirst) {
    this.shape = new BatchShape(lengths.length, batchSize, dropLast);
    this.lengths = lengths.clone();
    this.megabatch = megabatch;
    this.longestFirst = longestFirst;
    if (megabatch < 1) {
      throw new IllegalArgumentException(
          "batch sampler: a megabatch must have at least one batch, got " + megabatch + ".");
    }
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 0) {
        throw new IllegalArgumentException(
            "batch sampler: lengths must not be negative (example "
                + i
                + ", length "
                + lengths[i]
                + ").");
      }
    }
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
    int[] order = shape.shuffled(seed, epoch);
    long step = (long) megabatch * shape.batchSize();
    for (long from = 0; from < order.length; from += step) {
      sortByFallingLength(order, (int) from, (int) Math.min(from + step, order.length));
    }
    if (longestFirst && order.length > 0) {
      moveLongestFirst(order);
    }
    return shape.cut(order);
  }

  private static int defaultMegabatch(int examples, int batchSize) {
    long quarter = examples / Math.max(1, 4L * batchSize);
    return (int) Math.max(1, Math.min(DEFAULT_MEGABATCH, quarter));
  }

  private void sortByFallingLength(int[] order, int from, int to) {
    long[] keys = new long[to - from];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) (Integer.MAX_VALUE - lengths[order[from + i]]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] before = Arrays.copyOfRange(order, from, to);
    for (int i = 0; i < keys.length; i++) {
      order[from + i] = before[(int) keys[i]];
    }
  }

  private void moveLongestFirst(int[] order) {
    int longest = 0;
    for (int i = 1; i < order.length; i++) {
      if (lengths[order[i]] > lengths[order[longest]]) {
        longest = i;
      }
    }
    int kept = order[0];
    order[0] = order[longest];
    order[longest] = kept;
  }
}
