package dev.bearhug.tensor;

import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Random tensors on the CPU in single precision. Each takes one stream of a source; element {@code
 * i} depends on seed, stream and {@code i} alone, so the values do not depend on the number of
 * threads.
 */
public final class RandomTensors {

  private static final long CHUNK = 1 << 14;

  /** Truncation bounds are hit this often at most before the last draw is clamped. */
  private static final int MAX_DRAWS = 64;

  private RandomTensors() {}

  /** Values that fill a block of four elements from four random words. */
  @FunctionalInterface
  private interface Block {
    void fill(int[] words, float[] pair, float[] out4, long seed, long stream, long counter);
  }

  /**
   * Independent values of the normal distribution.
   *
   * @throws IllegalArgumentException if {@code std} is negative or not a number
   */
  public static Tensor normal(Shape shape, double mean, double std, RandomSource source) {
    checkDeviation("normal", std);
    return fill(
        shape,
        source,
        (words, pair, out, seed, stream, counter) -> {
          Philox.block(seed, stream, counter, words);
          for (int i = 0; i < 4; i += 2) {
            Philox.normalPair(words[i], words[i + 1], pair);
            out[i] = (float) (mean + std * pair[0]);
            out[i + 1] = (float) (mean + std * pair[1]);
          }
        });
  }

  /**
   * Independent values uniform over {@code [low, high)}, of 2^24 possible steps; all equal to
   * {@code low} if both limits are equal.
   *
   * @throws IllegalArgumentException unless the limits are finite and in order
   */
  public static Tensor uniform(Shape shape, double low, double high, RandomSource source) {
    if (!(low <= high) || Double.isInfinite(high - low)) {
      throw new IllegalArgumentException(
          "uniform: the limits ["
              + low
              + ", "
              + high
              + ") must be finite and in order. Are they swapped?");
    }
    // Rounding to single precision could reach the upper limit.
    float largest = Math.max((float) low, Math.nextDown((float) high));
    return fill(
        shape,
        source,
        (words, pair, out, seed, stream, counter) -> {
          Philox.block(seed, stream, counter, words);
          for (int i = 0; i < 4; i++) {
            out[i] = Math.min(largest, (float) (low + (high - low) * Philox.uniform(words[i])));
          }
        });
  }

  /**
   * Independent values of the normal distribution within two standard deviations of the mean; those
   * outside are drawn again.
   *
   * @throws IllegalArgumentException if {@code std} is negative or not a number
   */
  public static Tensor truncatedNormal(Shape shape, double mean, double std, RandomSource source) {
    checkDeviation("truncatedNormal", std);
    return fill(
        shape,
        source,
        (words, pair, out, seed, stream, counter) -> {
          int filled = 0;
          for (int draw = 0; filled < 4; draw++) {
            // Further draws of a block use counters far beyond those of any block.
            Philox.block(seed, stream, counter + ((long) draw << 48), words);
            for (int i = 0; i < 4 && filled < 4; i += 2) {
              Philox.normalPair(words[i], words[i + 1], pair);
              for (int j = 0; j < 2 && filled < 4; j++) {
                boolean inside = Math.abs(pair[j]) <= 2;
                if (inside || draw >= MAX_DRAWS) {
                  float v = Math.max(-2, Math.min(2, pair[j]));
                  out[filled++] = (float) (mean + std * v);
                }
              }
            }
          }
        });
  }

  private static void checkDeviation(String component, double std) {
    if (!(std >= 0)) {
      throw new IllegalArgumentException(
          component
              + ": the standard deviation is "
              + std
              + " but must not be negative. Is it the logarithm of one?");
    }
  }

  private static Tensor fill(Shape shape, RandomSource source, Block block) {
    Tensor t = Tensor.empty(shape, DType.F32, Device.CPU);
    long seed = source.seed();
    long stream = source.nextStream();
    long n = shape.numel();
    long blocks = (n + 3) / 4;
    WorkerPool.shared()
        .parallelFor(
            blocks,
            CHUNK,
            (from, to) -> {
              int[] words = new int[4];
              float[] pair = new float[2];
              float[] out = new float[4];
              for (long b = from; b < to; b++) {
                block.fill(words, pair, out, seed, stream, b);
                for (int i = 0; i < 4 && 4 * b + i < n; i++) {
                  NativeMemory.putFloat(t.address() + (4 * b + i) * Float.BYTES, out[i]);
                }
              }
            });
    return t;
  }
}
