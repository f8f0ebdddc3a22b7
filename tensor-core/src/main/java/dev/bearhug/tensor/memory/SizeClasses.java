package dev.bearhug.tensor.memory;

/**
 * Rounds buffer sizes so that freed memory fits again: eight classes per power of two, from 64
 * bytes.
 */
final class SizeClasses {

  private static final int MIN_SHIFT = 6;
  private static final int STEPS = 3;

  /** Number of classes; the last one holds all that does not fit below 2^63. */
  static final int COUNT = ((63 - MIN_SHIFT) << STEPS) + 1;

  private SizeClasses() {}

  /** Class of a request. */
  static int of(long bytes) {
    if (bytes <= 1L << MIN_SHIFT) {
      return 0;
    }
    long n = bytes - 1;
    int shift = 63 - Long.numberOfLeadingZeros(n);
    int step = (int) (n >>> (shift - STEPS)) & ((1 << STEPS) - 1);
    return ((shift - MIN_SHIFT) << STEPS) + step + 1;
  }

  /** Size of the buffers of a class: the smallest class size not below any request of the class. */
  static long size(int sizeClass) {
    if (sizeClass == 0) {
      return 1L << MIN_SHIFT;
    }
    if (sizeClass == COUNT - 1) {
      return Long.MAX_VALUE & -NativeMemory.ALIGNMENT;
    }
    int shift = ((sizeClass - 1) >>> STEPS) + MIN_SHIFT;
    long step = ((sizeClass - 1) & ((1 << STEPS) - 1)) + 1L;
    long exact = (1L << shift) + (step << (shift - STEPS));
    return (exact + NativeMemory.ALIGNMENT - 1) & -NativeMemory.ALIGNMENT;
  }
}
