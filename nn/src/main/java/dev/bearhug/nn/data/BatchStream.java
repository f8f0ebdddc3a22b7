package dev.bearhug.nn.data;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The batches of one epoch, or of the rest of one, in order.
 *
 * <p>Use it in try-with-resources: closing ends the thread that builds batches ahead. One thread at
 * a time may use a stream.
 */
public final class BatchStream implements Iterator<Batch>, AutoCloseable {
  private final EpochBatches<?> batches;
  private final Prefetcher prefetcher;
  private LoaderState state;
  private LoaderStats stats = new LoaderStats(0, 0, 0, 0);
  private DataLoadingException failure;
  private boolean closed;

  BatchStream(EpochBatches<?> batches, LoaderState start, int prefetch) {
    this.batches = batches;
    this.state = start;
    boolean ahead = prefetch > 0 && start.batch() < start.batchesPerEpoch();
    this.prefetcher =
        ahead
            ? new Prefetcher(
                batches::build,
                start.batch(),
                start.batchesPerEpoch(),
                prefetch,
                "bearhug-loader-epoch-" + start.epoch())
            : null;
  }

  /** Returns whether the epoch has another batch; false once the stream is closed. */
  @Override
  public boolean hasNext() {
    return !closed && state.batch() < state.batchesPerEpoch();
  }

  /**
   * Returns the next batch, waiting until it is built.
   *
   * @throws DataLoadingException if dataset or collator failed; every later call fails again
   * @throws NoSuchElementException if the epoch is finished or the stream closed
   */
  @Override
  public Batch next() {
    if (failure != null) {
      throw failure;
    }
    if (!hasNext()) {
      throw new NoSuchElementException(
          closed
              ? "data loader: the stream is closed."
              : "data loader: epoch " + state.epoch() + " has no batch " + state.batch() + ".");
    }
    Batch batch = fetch();
    stats = stats.plus(batch);
    state =
        new LoaderState(state.seed(), state.epoch(), state.batch() + 1, state.batchesPerEpoch());
    return batch;
  }

  /**
   * Returns the position after the batches returned so far; batches that are only built ahead do
   * not count. {@link DataLoader#resume} goes on from there.
   */
  public LoaderState state() {
    return state;
  }

  /** Returns counts of the batches this stream has returned so far. */
  public LoaderStats stats() {
    return stats;
  }

  /** Ends the thread that builds batches ahead; does nothing the second time. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (prefetcher != null) {
        prefetcher.close();
      }
    }
  }

  private Batch fetch() {
    try {
      return prefetcher == null ? batches.build(state.batch()) : prefetcher.take();
    } catch (DataLoadingException e) {
      failure = e;
      throw e;
    }
  }
}
