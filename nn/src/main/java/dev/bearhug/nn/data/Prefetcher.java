package dev.bearhug.nn.data;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Builds batches ahead of their use on one daemon thread, in order.
 *
 * <p>The thread ends when all batches are built, when one fails, or on {@link #close()}.
 */
final class Prefetcher implements AutoCloseable {

  /**
   * Longest time to wait for the thread to end; only a collator that ignores interrupts needs it.
   */
  private static final long CLOSE_MILLIS = 10_000;

  private final BlockingQueue<Slot> ready;
  private final Thread thread;
  private volatile boolean closed;

  /** A batch, or what went wrong instead. */
  private record Slot(Batch batch, Throwable failure) {}

  Prefetcher(IntFunction<Batch> batches, int from, int to, int capacity, String name) {
    this.ready = new ArrayBlockingQueue<>(capacity);
    this.thread =
        Thread.ofPlatform().daemon().name(name).unstarted(() -> produce(batches, from, to));
    this.thread.start();
  }

  /**
   * Returns the next batch, waiting for it.
   *
   * @throws DataLoadingException if building it failed or the waiting thread was interrupted
   */
  Batch take() {
    Slot slot = await();
    if (slot.failure() instanceof Error error) {
      throw error;
    }
    if (slot.failure() != null) {
      throw new DataLoadingException(slot.failure().getMessage(), slot.failure().getCause());
    }
    return slot.batch();
  }

  /** Ends the thread and waits until it has ended. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive() && !Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException(
          "data loader: thread "
              + thread.getName()
              + " did not end within "
              + CLOSE_MILLIS
              + " ms. The dataset or the collator ignores interruption; the thread ends with it.");
    }
  }

  private Slot await() {
    try {
      while (true) {
        // Read before polling: a thread that has ended cannot add anything afterwards.
        boolean ended = !thread.isAlive();
        Slot slot = ready.poll(ended ? 0 : 200, TimeUnit.MILLISECONDS);
        if (slot != null) {
          return slot;
        }
        if (ended) {
          throw new DataLoadingException(
              "data loader: thread " + thread.getName() + " ended before its work was done.", null);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataLoadingException(
          "data loader: interrupted while waiting for a batch of " + thread.getName() + ".", e);
    }
  }

  private void produce(IntFunction<Batch> batches, int from, int to) {
    for (int number = from; number < to && !closed; number++) {
      Slot slot = build(batches, number);
      try {
        ready.put(slot);
      } catch (InterruptedException e) {
        return; // only close() interrupts; take() reports any other end
      }
      if (slot.failure() != null) {
        return;
      }
    }
  }

  private static Slot build(IntFunction<Batch> batches, int number) {
    try {
      return new Slot(batches.apply(number), null);
    } catch (DataLoadingException | Error e) {
      return new Slot(null, e);
    }
  }
}
