package dev.bearhug.nn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds the batches of one epoch, on whichever thread asks.
 *
 * @param dataset where examples come from
 * @param collator makes a batch of examples
 * @param plan which examples form which batch
 * @param epoch number of the epoch, for messages
 */
record EpochBatches<E>(Dataset<E> dataset, Collator<E> collator, BatchPlan plan, long epoch) {

  Batch build(int number) {
    int[] indices = plan.batch(number);
    try {
      List<E> examples = new ArrayList<>(indices.length);
      for (int index : indices) {
        examples.add(dataset.get(index));
      }
      Batch batch = collator.collate(examples);
      requireComplete(batch, indices.length);
      return batch;
    } catch (RuntimeException e) {
      throw new DataLoadingException(
          "data loader: cannot build batch "
              + number
              + " of epoch "
              + epoch
              + " (examples "
              + Arrays.toString(indices)
              + "): "
              + e,
          e);
    }
  }

  private static void requireComplete(Batch batch, int examples) {
    if (batch == null || batch.examples() != examples) {
      throw new IllegalStateException(
          "the collator must return a batch of all its examples (given "
              + examples
              + ", returned "
              + (batch == null ? "null" : String.valueOf(batch.examples()))
              + ")");
    }
  }
}
