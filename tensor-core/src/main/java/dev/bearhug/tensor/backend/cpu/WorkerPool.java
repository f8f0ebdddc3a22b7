package dev.bearhug.tensor.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of daemon threads that run the chunks of one loop together with the calling thread.
 *
 * <p>Chunk boundaries depend on the sizes given by the caller and never on the number of threads,
 * so a kernel whose chunks are independent gives the same bits with any number of threads. The pool
 * runs one loop at a time: a call from inside a chunk, or from another user thread while the pool
 * is busy, runs all its chunks in the calling thread. A call allocates nothing.
 *
 * <p>Idle workers spin for a few microseconds, then park; longer spinning would take the cores from
 * the threads of oneDNN.
 */
public final class WorkerPool {

  /** System property with the number of threads of the shared pool. */
  public static final String THREADS_PROPERTY = "bearhug.threads";

  /** The largest number of threads a pool accepts. */
  public static final int MAX_THREADS = 1024;

  /** Spins before parking: some microseconds, about the price of one wake-up. */
  private static final int SPINS = 200;

  private static volatile WorkerPool shared;

  private static final int COUNT_BITS = 32;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  /** One chunk of work. */
  @FunctionalInterface
  public interface ChunkTask {
    /** Runs chunk {@code chunk}, counted from 0. */
    void run(int chunk);
  }

  /** A part of a range of indices. */
  @FunctionalInterface
  public interface RangeTask {
    /** Handles the indices from {@code from} (inclusive) to {@code to} (exclusive). */
    void run(long from, long to);
  }

  /**
   * Upper half: number of the loop; lower half: chunks of it not yet claimed. Publishes the fields
   * below.
   */
  private final AtomicLong cursor = new AtomicLong();

  private final AtomicReference<Thread> owner = new AtomicReference<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private volatile List<Worker> workers = List.of();
  private volatile int threads;
  private volatile boolean ownerParked;

  // written by the owner before the cursor moves to a new loop, read by whoever claims a chunk of
  // it
  private int chunks;
  private ChunkTask chunkTask;
  private RangeTask rangeTask;
  private long rangeEnd;
  private long rangeGrain;

  /**
   * Creates a pool.
   *
   * @param threads number of threads that work on a loop, the caller included
   * @throws IllegalArgumentException if {@code threads} is below 1 or above {@link #MAX_THREADS}
   */
  public WorkerPool(int threads) {
    setThreads(threads);
  }

  /**
   * The pool of the CPU backend, sized by {@link #THREADS_PROPERTY} or by the available processors.
   *
   * @throws IllegalArgumentException if the property is not a number from 1 to {@link #MAX_THREADS}
   */
  public static WorkerPool shared() {
    WorkerPool pool = shared;
    if (pool == null) {
      synchronized (WorkerPool.class) {
        pool = shared;
        if (pool == null) {
          pool = new WorkerPool(configuredThreads());
          shared = pool;
        }
      }
    }
    return pool;
  }

  /** The number of threads that work on a loop, the caller included. */
  public int threads() {
    return threads;
  }

  /**
   * Changes the number of threads, waiting for a running loop to end; oneDNN follows from its next
   * call on.
   *
   * @throws IllegalArgumentException if {@code count} is below 1 or above {@link #MAX_THREADS}
   * @throws IllegalStateException if called from inside a loop of this pool
   */
  public void setThreads(int count) {
    if (count < 1 || count > MAX_THREADS) {
      throw new IllegalArgumentException(
          "worker pool: the number of threads must be from 1 to "
              + MAX_THREADS
              + "; got "
              + count
              + ". Check -D"
              + THREADS_PROPERTY
              + ".");
    }
    Thread me = Thread.currentThread();
    if (owner.get() == me || (me instanceof Worker w && w.pool() == this)) {
      throw new IllegalStateException(
          "worker pool: the number of threads cannot change inside a loop of the pool. "
              + "Call setThreads between two loops.");
    }
    while (!owner.compareAndSet(null, me)) {
      Thread.yield();
    }
    try {
      resize(count - 1);
      threads = count;
    } finally {
      owner.set(null);
    }
  }

  private void resize(int helpers) {
    List<Worker> next = new ArrayList<>(workers);
    while (next.size() > helpers) {
      next.removeLast().retire();
    }
    while (next.size() < helpers) {
      Worker worker = new Worker(next.size() + 1);
      next.add(worker);
      worker.start();
    }
    workers = List.copyOf(next);
  }

  /**
   * Runs {@code task} for every chunk from 0 to {@code count - 1} and returns when all are done.
   *
   * <p>The first exception of a chunk is thrown to the caller; chunks not yet begun are then left
   * out.
   */
  public void run(int count, ChunkTask task) {
    if (count <= 1 || !acquire()) {
      for (int i = 0; i < count; i++) {
        task.run(i);
      }
      return;
    }
    chunkTask = task;
    execute(count);
  }

  /**
   * Runs {@code task} over {@code [0, n)} in pieces of {@code grain} indices (the last one may be
   * shorter).
   *
   * <p>The first exception of a piece is thrown to the caller; pieces not yet begun are then left
   * out.
   *
   * @throws IllegalArgumentException if {@code n} is negative or {@code grain} below 1
   */
  public void parallelFor(long n, long grain, RangeTask task) {
    if (n < 0 || grain < 1) {
      throw new IllegalArgumentException(
          "worker pool: need n >= 0 and grain >= 1; got n = " + n + ", grain = " + grain + ".");
    }
    long step = Math.max(grain, n / (Integer.MAX_VALUE / 2) + 1);
    if (n <= step || !acquire()) {
      for (long from = 0; from < n; from += step) {
        task.run(from, Math.min(n, from + step));
      }
      return;
    }
    rangeTask = task;
    rangeEnd = n;
    rangeGrain = step;
    execute((int) ((n + step - 1) / step));
  }

  private boolean acquire() {
    return threads > 1 && owner.compareAndSet(null, Thread.currentThread());
  }

  private void execute(int count) {
    try {
      chunks = count;
      unfinished.set(count);
      long loop = ((cursor.get() >>> COUNT_BITS) + 1) & COUNT_MASK;
      cursor.set(loop << COUNT_BITS | count);
      wake(count - 1);
      while (claimAndRun(loop)) {
        // the claim did the work
      }
      awaitHelpers();
      Throwable thrown = failure.getPlain();
      if (thrown != null) {
        failure.set(null);
        throwUnchecked(thrown);
      }
    } finally {
      chunkTask = null;
      rangeTask = null;
      owner.set(null);
    }
  }

  private void wake(int helpers) {
    List<Worker> all = workers;
    for (int i = 0, n = Math.min(helpers, all.size()); i < n; i++) {
      all.get(i).wake();
    }
  }

  /** Runs the next chunk of loop {@code loop}; false when none is left or the loop is over. */
  private boolean claimAndRun(long loop) {
    long seen = cursor.get();
    // whether a chunk is left must come from the cursor alone: a helper that is late in an ended
    // loop may already read the fields of the next one, which is not yet announced
    int left = (int) (seen & COUNT_MASK);
    if (seen >>> COUNT_BITS != loop || left == 0) {
      return false;
    }
    // these may belong to a later loop, but then the claim below fails and they are not used
    int index = chunks - left;
    ChunkTask byChunk = chunkTask;
    RangeTask byRange = rangeTask;
    long end = rangeEnd;
    long grain = rangeGrain;
    if (!cursor.compareAndSet(seen, seen - 1)) {
      Thread.onSpinWait();
      return true;
    }
    try {
      if (failure.getPlain() == null) {
        if (byChunk != null) {
          byChunk.run(index);
        } else {
          byRange.run(index * grain, Math.min(end, (index + 1) * grain));
        }
      }
    } catch (Throwable t) {
      failure.compareAndSet(null, t);
    } finally {
      finishChunk();
    }
    return true;
  }

  private void finishChunk() {
    Thread waiting = owner.get();
    if (unfinished.decrementAndGet() == 0 && ownerParked) {
      LockSupport.unpark(waiting);
    }
  }

  private void awaitHelpers() {
    for (int i = 0; i < SPINS; i++) {
      if (unfinished.get() == 0) {
        return;
      }
      Thread.onSpinWait();
    }
    ownerParked = true;
    while (unfinished.get() != 0) {
      LockSupport.park(this);
      // an interrupted thread does not park: clear the flag for the wait, so that it does not spin
      if (Thread.interrupted()) {
        awaitUninterruptibly();
        Thread.currentThread().interrupt();
      }
    }
    ownerParked = false;
  }

  private void awaitUninterruptibly() {
    while (unfinished.get() != 0) {
      LockSupport.park(this);
      Thread.interrupted();
    }
  }

  private static void throwUnchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }

  private static int configuredThreads() {
    String text = System.getProperty(THREADS_PROPERTY);
    if (text == null || text.isBlank()) {
      return Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    }
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "worker pool: -D" + THREADS_PROPERTY + " must be a whole number; got \"" + text + "\".",
          e);
    }
  }

  /** A helper thread. */
  private final class Worker extends Thread {
    private volatile boolean parked;
    private volatile boolean retired;

    /**
     * The last loop seen; set by the creator, so that a thread that starts late joins the next one.
     */
    private long seen = cursor.get() >>> COUNT_BITS;

    Worker(int number) {
      super(null, null, "bearhug-worker-" + number, 0, false);
      setDaemon(true);
    }

    WorkerPool pool() {
      return WorkerPool.this;
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    void retire() {
      retired = true;
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      int spins = 0;
      while (!retired) {
        long loop = cursor.get() >>> COUNT_BITS;
        if (loop != seen) {
          seen = loop;
          spins = 0;
          while (claimAndRun(loop)) {
            // the claim did the work
          }
        } else if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          spins = 0;
          parked = true;
          if (cursor.get() >>> COUNT_BITS == seen && !retired) {
            LockSupport.park(WorkerPool.this);
          }
          parked = false;
        }
      }
    }
  }
}
