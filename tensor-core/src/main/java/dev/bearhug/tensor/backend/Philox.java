package dev.bearhug.tensor.backend;

/**
 * Philox 4x32-10, a counter-based random function: any block of a stream is computed on its own.
 *
 * <p>A block is a pure function of {@code (seed, stream, counter)}. Work can therefore be split
 * over threads and devices in any way, and a mask can be drawn again instead of being kept, without
 * changing a single number. Ten rounds of
 *
 * <pre>
 *   (hi0, lo0) = 0xD2511F53 * c0      (hi1, lo1) = 0xCD9E8D57 * c2
 *   c = (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0)
 *   k = (k0 + 0x9E3779B9, k1 + 0xBB67AE85)
 * </pre>
 *
 * start from key {@code (low, high)} of the seed and counter words {@code (low, high)} of the block
 * number followed by {@code (low, high)} of the stream.
 *
 * <p>Source: Salmon, Moraes, Dror and Shaw, <a
 * href="https://doi.org/10.1145/2063384.2063405">Parallel random numbers: as easy as 1, 2, 3</a>,
 * SC 2011. The results equal the published known-answer vectors of Random123.
 */
public final class Philox {
  /** Number of 32-bit words in one block. */
  public static final int WORDS_PER_BLOCK = 4;

  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;
  private static final long LOW_32 = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * Computes one block of four uniformly distributed 32-bit words.
   *
   * @param seed key of the generator, all 64 bits are used
   * @param stream number of the independent sequence, all 64 bits are used
   * @param counter number of the block inside the stream, read as unsigned
   * @param out4 receives the words at indices 0 to 3
   */
  public static void block(long seed, long stream, long counter, int[] out4) {
    int key0 = (int) seed;
    int key1 = (int) (seed >>> 32);
    int c0 = (int) counter;
    int c1 = (int) (counter >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW_32);
      long product1 = MULTIPLIER_1 * (c2 & LOW_32);
      c0 = (int) (product1 >>> 32) ^ c1 ^ key0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ key1;
      c3 = (int) product0;
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
    out4[0] = c0;
    out4[1] = c1;
    out4[2] = c2;
    out4[3] = c3;
  }

  /**
   * Returns the uniform float in [0, 1) made of the upper 24 bits of a word.
   *
   * <p>The value is {@code (bits >>> 8) * 2^-24}: exact in float, equally spaced, never 1.
   *
   * @param bits a random word
   */
  public static float uniform(int bits) {
    return (bits >>> 8) * 0x1.0p-24f;
  }

  /**
   * Writes two independent standard normal values made of two words.
   *
   * <p>Box and Muller (1958): {@code r = sqrt(-2 ln u)}, values {@code r cos(2 pi v)} and {@code r
   * sin(2 pi v)} with {@code u = (first + 1) * 2^-32} in (0, 1] and {@code v = second * 2^-32} in
   * [0, 1), words read as unsigned. Computed in double and rounded once, so the largest magnitude
   * is sqrt(64 ln 2), about 6.66.
   *
   * @param first a random word, gives the radius
   * @param second a random word, gives the angle
   * @param out2 receives the pair at indices 0 and 1
   */
  public static void normalPair(int first, int second, float[] out2) {
    double radius = radius(first);
    double angle = angle(second);
    out2[0] = (float) (radius * Math.cos(angle));
    out2[1] = (float) (radius * Math.sin(angle));
  }

  /**
   * Maps a word to [0, bound) without bias, or returns -1 when the word has to be thrown away.
   *
   * <p>Multiply and shift (Lemire, <a href="https://doi.org/10.1145/3230636">Fast random integer
   * generation in an interval</a>, 2019): the upper half of {@code bits * bound} is the result;
   * words whose lower half is below {@code 2^32 mod bound} are rejected, which leaves every result
   * exactly {@code floor(2^32 / bound)} words. Fewer than half of all words are rejected for any
   * bound; draw another one then.
   *
   * @param bits a random word
   * @param bound exclusive upper limit, at least 1
   * @throws IllegalArgumentException if {@code bound} is below 1
   */
  public static int boundedOrReject(int bits, int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException(
          "Philox: the bound of a random integer must be at least 1, got " + bound + ".");
    }
    long product = (bits & LOW_32) * bound;
    long low = product & LOW_32;
    if (low < bound && low < (LOW_32 + 1) % bound) {
      return -1;
    }
    return (int) (product >>> 32);
  }

  static double radius(int bits) {
    return Math.sqrt(-2.0 * Math.log(((bits & LOW_32) + 1) * 0x1.0p-32));
  }

  static double angle(int bits) {
    return 2.0 * Math.PI * ((bits & LOW_32) * 0x1.0p-32);
  }
}
