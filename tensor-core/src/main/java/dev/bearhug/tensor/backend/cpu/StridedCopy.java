package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getInt;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.getShort;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putInt;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;
import static dev.bearhug.tensor.memory.NativeMemory.putShort;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Copies between strided layouts of elements of 1, 2, 4 or 8 bytes: runs of memory where both sides
 * are dense, tiles where the axes are exchanged, single elements otherwise.
 */
final class StridedCopy {

  /**
   * Edge of a tile: its rows of 4-byte elements are half a cache line, and all fit the L1 cache.
   */
  private static final long TILE = 8;

  /** Runs shorter than this are copied element by element. */
  private static final long SHORT_RUN = 8;

  private StridedCopy() {}

  /** Writes the elements of a layout to dense row-major memory. */
  static void pack(WorkerPool pool, long from, Layout layout, long to, int bytes) {
    copy(pool, from, layout, to, Layout.contiguous(layout.shape()), bytes);
  }

  /**
   * Copies all elements; both layouts have one shape.
   *
   * @param from address of the first source element; the layout's offset is not used
   * @param to address of the first target element; the layout's offset is not used
   */
  static void copy(WorkerPool pool, long from, Layout source, long to, Layout target, int bytes) {
    if (source.shape().numel() == 0) {
      return;
    }
    StridedLoop loop = StridedLoop.over(target.shape(), target, source);
    long toStep = loop.stride(0, 0);
    long fromStep = loop.stride(1, 0);
    boolean dense = toStep == 1 && fromStep == 1;
    int other = dense ? 0 : denseAxis(loop);
    if (other > 0) {
      transpose(pool, loop, other, from, to, bytes);
      return;
    }
    loop.forEachRow(
        pool,
        (starts, first, count) -> {
          long a = from + (starts[1] + first * fromStep) * bytes;
          long b = to + (starts[0] + first * toStep) * bytes;
          if (dense && count >= SHORT_RUN) {
            NativeMemory.copy(a, b, count * bytes);
          } else {
            line(a, fromStep * bytes, b, toStep * bytes, count, bytes);
          }
        });
  }

  /** An outer axis along which the source is dense, 0 for none. */
  private static int denseAxis(StridedLoop loop) {
    for (int axis = 1; axis < loop.axes(); axis++) {
      if (loop.stride(1, axis) == 1 && loop.stride(1, 0) != 0) {
        return axis;
      }
    }
    return 0;
  }

  /** Copies {@code count} elements; steps are in bytes. */
  private static void line(long a, long aStep, long b, long bStep, long count, int bytes) {
    switch (bytes) {
      case 1 -> {
        for (long i = 0; i < count; i++) {
          putByte(b + i * bStep, getByte(a + i * aStep));
        }
      }
      case 2 -> {
        for (long i = 0; i < count; i++) {
          putShort(b + i * bStep, getShort(a + i * aStep));
        }
      }
      case 4 -> {
        for (long i = 0; i < count; i++) {
          putInt(b + i * bStep, getInt(a + i * aStep));
        }
      }
      default -> {
        for (long i = 0; i < count; i++) {
          putLong(b + i * bStep, getLong(a + i * aStep));
        }
      }
    }
  }

  /** Exchanges the innermost axis with axis {@code other} in tiles, for all other axes. */
  private static void transpose(
      WorkerPool pool, StridedLoop loop, int other, long from, long to, int bytes) {
    long cols = loop.dim(0);
    long rows = loop.dim(other);
    long strips = (rows + TILE - 1) / TILE;
    long matrices = 1;
    for (int axis = 1; axis < loop.axes(); axis++) {
      matrices *= axis == other ? 1 : loop.dim(axis);
    }
    pool.parallelFor(
        matrices * strips,
        CpuResources.rowGrain(TILE * cols),
        (first, last) -> {
          for (long unit = first; unit < last; unit++) {
            long a = from;
            long b = to;
            long rest = unit / strips;
            for (int axis = 1; axis < loop.axes(); axis++) {
              if (axis != other) {
                long at = rest % loop.dim(axis);
                rest /= loop.dim(axis);
                a += at * loop.stride(1, axis) * bytes;
                b += at * loop.stride(0, axis) * bytes;
              }
            }
            long row = unit % strips * TILE;
            strip(loop, other, a, b, row, Math.min(rows, row + TILE), cols, bytes);
          }
        });
  }

  private static void strip(
      StridedLoop loop, int other, long a, long b, long fromRow, long toRow, long cols, int bytes) {
    long aCol = loop.stride(1, 0) * bytes;
    long bCol = loop.stride(0, 0) * bytes;
    long bRow = loop.stride(0, other) * bytes;
    for (long col = 0; col < cols; col += TILE) {
      long count = Math.min(TILE, cols - col);
      for (long row = fromRow; row < toRow; row++) {
        line(a + row * bytes + col * aCol, aCol, b + row * bRow + col * bCol, bCol, count, bytes);
      }
    }
  }
}
