package dev.bearhug.nn.data;

import java.util.Arrays;

/** Which examples form which batch in one epoch. */
public final class BatchPlan {
  private final int[] order;
  private final int batchSize;
  private final int batches;

  private BatchPlan(int[] order, int batchSize, int batches) {
    this.order = order;
    this.batchSize = batchSize;
    this.batches = batches;
  }

  /**
   * Cuts an order of examples into batches of equal size.
   *
   * @param order indices of examples, not copied
   * @param batchSize examples per batch, at least 1
   * @param dropLast whether a last batch with fewer examples is left out
   * @throws IllegalArgumentException if {@code batchSize} is below 1
   */
  public static BatchPlan cut(int[] order, int batchSize, boolean dropLast) {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "batch plan: a batch must have at least one example, got " + batchSize + ".");
    }
    return new BatchPlan(order, batchSize, count(order.length, batchSize, dropLast));
  }

  /** Returns the number of batches. */
  public int size() {
    return batches;
  }

  /**
   * Returns the indices of the examples of a batch, in order.
   *
   * @param batch number of the batch, from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such batch
   */
  public int[] batch(int batch) {
    if (batch < 0 || batch >= batches) {
      throw new IndexOutOfBoundsException(
          "batch plan: there is no batch " + batch + " (batches: " + batches + ").");
    }
    int from = batch * batchSize;
    return Arrays.copyOfRange(order, from, from + Math.min(batchSize, order.length - from));
  }

  /** Returns how many batches {@code examples} examples make. */
  static int count(int examples, int batchSize, boolean dropLast) {
    int full = examples / batchSize;
    return dropLast || examples % batchSize == 0 ? full : full + 1;
  }
}
