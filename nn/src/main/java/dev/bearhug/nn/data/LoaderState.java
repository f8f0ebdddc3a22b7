package dev.bearhug.nn.data;

/**
 * A position in the data of a run: everything needed to go on with the same batches.
 *
 * @param seed seed of the run
 * @param epoch number of the epoch, from 0
 * @param batch number of the batch that comes next, from 0; equal to {@code batchesPerEpoch} when
 *     the epoch is finished
 * @param batchesPerEpoch number of batches the epoch has, to notice changed data or batch size
 */
public record LoaderState(long seed, long epoch, int batch, int batchesPerEpoch) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is negative or {@code batch} is beyond the epoch
   */
  public LoaderState {
    if (epoch < 0 || batch < 0 || batch > batchesPerEpoch) {
      throw new IllegalArgumentException(
          "loader state: epoch and batch must not be negative and batch not beyond the epoch (epoch"
              + " "
              + epoch
              + ", batch "
              + batch
              + ", batches per epoch "
              + batchesPerEpoch
              + "). Was the saved state damaged?");
    }
  }
}
