package dev.bearhug.tensor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where random ops take their numbers from: a seed and a counter of streams. Each random call draws
 * one stream; with the Philox generator the same seed and stream give the same numbers on every
 * backend, so masks need not be stored and a run can be resumed exactly.
 */
public final class RandomSource {

  /**
   * Position of a source.
   *
   * @param seed its seed
   * @param stream the next stream
   */
  public record State(long seed, long stream) {}

  private static final RandomSource DEFAULT = new RandomSource(0);
  private static final ThreadLocal<RandomSource> CURRENT = ThreadLocal.withInitial(() -> DEFAULT);

  private volatile long seed;
  private final AtomicLong stream = new AtomicLong();

  /** A source at its first stream. */
  public RandomSource(long seed) {
    this.seed = seed;
  }

  /** The source of this thread; one for the whole process unless {@link #use} was called. */
  public static RandomSource current() {
    return CURRENT.get();
  }

  /** Makes a source the current one of this thread until the result is closed. */
  public static Use use(RandomSource source) {
    RandomSource before = CURRENT.get();
    CURRENT.set(source);
    return () -> CURRENT.set(before);
  }

  /** Ends {@link #use}. */
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }

  /** The seed. */
  public long seed() {
    return seed;
  }

  /** Draws the next stream. */
  public long nextStream() {
    return stream.getAndIncrement();
  }

  /** The position, to be saved. */
  public State state() {
    return new State(seed, stream.get());
  }

  /** Goes back or forth to a saved position. */
  public void restore(State state) {
    this.seed = state.seed();
    stream.set(state.stream());
  }
}
