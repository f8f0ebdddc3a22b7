package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.backend.Philox;

/** Dropout as a plain loop. */
final class ScalarDropoutKernels implements DropoutKernels {

  @Override
  public void dropout(long x, long y, long lo, long hi, long seed, long stream, float p) {
    float scale = keepScale(p);
    int[] words = new int[Philox.WORDS_PER_BLOCK];
    long next = lo;
    while (next < hi) {
      long block = next / words.length;
      Philox.block(seed, stream, block, words);
      long end = Math.min(hi, (block + 1) * words.length);
      for (; next < end; next++) {
        boolean keep = Philox.uniform(words[(int) (next % words.length)]) >= p;
        putFloat(y + 4 * next, keep ? getFloat(x + 4 * next) * scale : 0);
      }
    }
  }

  @Override
  public long factors(long to, long first, long count, long seed, long stream, float p) {
    float scale = keepScale(p);
    int[] words = new int[Philox.WORDS_PER_BLOCK];
    long start = first - first % words.length;
    for (long i = start; i < first + count; i++) {
      int word = (int) (i % words.length);
      if (word == 0) {
        Philox.block(seed, stream, i / words.length, words);
      }
      putFloat(to + 4 * (i - start), Philox.uniform(words[word]) >= p ? scale : 0);
    }
    return to + 4 * (first - start);
  }

  /** The factor on kept elements: 1 / (1 - p); 0 when nothing is kept. */
  static float keepScale(float p) {
    return p >= 1 ? 0 : (float) (1 / (1 - (double) p));
  }
}
