package dev.bearhug.tensor.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Loops over {@link FloatSpan}s: the whole piece of a thread at once where all are in place, else
 * tiles that fit the first cache.
 */
final class FloatTiles {

  /** Elements of a tile. */
  static final long TILE = 2048;

  /** Buffers of a tile per thread: {@code buffer + 4 * TILE * i} is buffer number i. */
  static final int BUFFERS = 4;

  private static final ThreadLocal<MemorySegment> MEMORY =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(4 * TILE * BUFFERS, 64));

  private FloatTiles() {}

  /** Handles part of a range. */
  @FunctionalInterface
  interface Task {

    /**
     * Handles {@code count} elements from {@code first} on.
     *
     * @param buffer address of {@link #BUFFERS} buffers of {@link #TILE} floats each
     */
    void run(long first, long count, long buffer);
  }

  /** A row-wise kernel. */
  @FunctionalInterface
  interface RowTask {

    /**
     * Handles {@code count} rows from {@code first} on.
     *
     * @param buffer address of the buffers, each for as many rows as are handled at most
     * @param step bytes from one buffer to the next
     */
    void run(long first, long count, long buffer, long step);
  }

  /** The buffers of this thread; kernels do not call each other, so nobody else uses them. */
  static long buffers() {
    return MEMORY.get().address();
  }

  /** Runs a task for elements {@code [from, to)} in this thread. */
  static void run(boolean inPlace, long from, long to, Task task) {
    if (inPlace) {
      task.run(from, to - from, 0);
      return;
    }
    long buffer = buffers();
    for (long i = from; i < to; i += TILE) {
      task.run(i, Math.min(TILE, to - i), buffer);
    }
  }

  /** Runs a task for {@code n} elements on several threads where it pays. */
  static void elements(CpuResources cpu, boolean inPlace, long n, Task task) {
    cpu.elements(n, (from, to) -> run(inPlace, from, to, task));
  }

  /** Runs a task for rows {@code [from, to)} in this thread, with {@code buffers} buffers. */
  static void runRows(boolean inPlace, int buffers, long from, long to, long cols, RowTask task) {
    if (inPlace) {
      task.run(from, to - from, 0, 0);
      return;
    }
    long rows = Math.max(1, TILE / Math.max(1, cols));
    long step = 4 * rows * cols;
    if (cols <= TILE && buffers <= BUFFERS) {
      tileRows(from, to, rows, buffers(), step, task);
      return;
    }
    try (Scratch scratch = new Scratch(buffers * step)) {
      tileRows(from, to, rows, scratch.address(), step, task);
    }
  }

  private static void tileRows(
      long from, long to, long rows, long buffer, long step, RowTask task) {
    for (long r = from; r < to; r += rows) {
      task.run(r, Math.min(rows, to - r), buffer, step);
    }
  }

  /** Runs a task for rows of {@code cols} elements on several threads where it pays. */
  static void rows(
      CpuResources cpu, boolean inPlace, int buffers, long rows, long cols, RowTask task) {
    cpu.rows(rows, cols, (from, to) -> runRows(inPlace, buffers, from, to, cols, task));
  }
}
