package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;

/** Arithmetic of tiles in scratch memory. */
final class Tiles {

  private Tiles() {}

  /** Positions of several blocks of floats in one piece of scratch memory. */
  static final class Plan {
    private long bytes;

    /** Adds a block of floats and returns its position in bytes. */
    long add(long floats) {
      return addBytes(4 * floats);
    }

    /** Adds a block of so many bytes and returns its position in bytes. */
    long addBytes(long size) {
      long at = bytes;
      bytes += (size + NativeMemory.ALIGNMENT - 1) & -NativeMemory.ALIGNMENT;
      return at;
    }

    /** Bytes of all blocks. */
    long bytes() {
      return bytes;
    }
  }

  /** The smallest multiple of {@code step} that is not below n. */
  static int up(int n, int step) {
    return (n + step - 1) / step * step;
  }

  /** The nearest number from 0 to {@code limit}. */
  static int within(int n, int limit) {
    return Math.max(0, Math.min(limit, n));
  }

  /** Clears a row of {@code count} floats outside of {@code [from, to)}. */
  static void zeroOutside(long row, int from, int to, int count) {
    int end = Math.max(from, to);
    if (from > 0) {
      NativeMemory.fill(row, 4L * from, (byte) 0);
    }
    if (end < count) {
      NativeMemory.fill(row + 4L * end, 4L * (count - end), (byte) 0);
    }
  }

  /** Clears the rows {@code [from, to)} of a dense matrix of floats. */
  static void clearRows(long matrix, int from, int to, int cols) {
    if (from < to) {
      NativeMemory.fill(matrix + 4L * from * cols, 4L * (to - from) * cols, (byte) 0);
    }
  }
}
