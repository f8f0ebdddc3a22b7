package dev.bearhug.tensor.backend;

import java.util.Collections;
import java.util.List;

/**
 * A sequential random generator over one Philox stream, for decisions of the host such as data
 * order.
 *
 * <p>Its whole state is {@link State}: seed, stream and the number of words consumed. A run that is
 * resumed from a saved state continues with the numbers it would have drawn. Not thread-safe; give
 * each thread a stream of its own.
 */
public final class PhiloxGenerator {
  private final long seed;
  private final long stream;
  private final int[] block = new int[Philox.WORDS_PER_BLOCK];
  private long position;
  private long blockNumber = -1;

  /**
   * The complete state of a generator.
   *
   * @param seed key of the generator
   * @param stream number of the independent sequence
   * @param position number of 32-bit words consumed so far, not negative
   */
  public record State(long seed, long stream, long position) {
    /**
     * Checks the position.
     *
     * @throws IllegalArgumentException if {@code position} is negative
     */
    public State {
      if (position < 0) {
        throw new IllegalArgumentException(
            "PhiloxGenerator: the position must not be negative, got "
                + position
                + ". Was the saved state damaged?");
      }
    }
  }

  /**
   * Creates a generator at the beginning of a stream.
   *
   * @param seed key; equal seeds and streams give equal numbers
   * @param stream number of the independent sequence
   */
  public PhiloxGenerator(long seed, long stream) {
    this(new State(seed, stream, 0));
  }

  /**
   * Creates a generator that continues at a saved state.
   *
   * @param state what {@link #state()} returned
   */
  public PhiloxGenerator(State state) {
    this.seed = state.seed();
    this.stream = state.stream();
    this.position = state.position();
  }

  /** Returns the present state, from which another generator continues with the same numbers. */
  public State state() {
    return new State(seed, stream, position);
  }

  /** Returns the next uniformly distributed 32-bit word; consumes one word. */
  public int nextInt() {
    long wanted = position / Philox.WORDS_PER_BLOCK;
    if (wanted != blockNumber) {
      Philox.block(seed, stream, wanted, block);
      blockNumber = wanted;
    }
    int word = block[(int) (position % Philox.WORDS_PER_BLOCK)];
    position++;
    return word;
  }

  /**
   * Returns a uniformly distributed integer in [0, bound), without bias.
   *
   * <p>Consumes one word, and another one for each rejected word; see {@link
   * Philox#boundedOrReject}.
   *
   * @param bound exclusive upper limit, at least 1
   * @throws IllegalArgumentException if {@code bound} is below 1
   */
  public int nextInt(int bound) {
    int value = Philox.boundedOrReject(nextInt(), bound);
    while (value < 0) {
      value = Philox.boundedOrReject(nextInt(), bound);
    }
    return value;
  }

  /** Returns a uniform float in [0, 1) with 24 random bits; consumes one word. */
  public float nextFloat() {
    return Philox.uniform(nextInt());
  }

  /**
   * Returns a standard normal value; consumes two words.
   *
   * <p>The second value of the Box-Muller pair is not kept, so that the position alone is the
   * state.
   */
  public float nextGaussian() {
    double radius = Philox.radius(nextInt());
    return (float) (radius * Math.cos(Philox.angle(nextInt())));
  }

  /**
   * Brings the elements of an array into a uniformly random order (Fisher and Yates), in place.
   *
   * @param values the array to reorder
   */
  public void shuffle(int[] values) {
    for (int last = values.length - 1; last > 0; last--) {
      int other = nextInt(last + 1);
      int kept = values[last];
      values[last] = values[other];
      values[other] = kept;
    }
  }

  /**
   * Brings the elements of a list into a uniformly random order (Fisher and Yates), in place.
   *
   * <p>Makes the same exchanges as {@link #shuffle(int[])} for an array of the same length.
   *
   * @param values a modifiable list with fast access by index
   */
  public void shuffle(List<?> values) {
    for (int last = values.size() - 1; last > 0; last--) {
      Collections.swap(values, last, nextInt(last + 1));
    }
  }
}
