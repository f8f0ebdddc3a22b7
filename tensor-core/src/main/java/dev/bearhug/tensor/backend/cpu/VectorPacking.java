package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.VectorMicroKernel.COLS;
import static dev.bearhug.tensor.backend.cpu.VectorMicroKernel.LANES;
import static dev.bearhug.tensor.backend.cpu.VectorMicroKernel.ROWS;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Copies of matrix blocks in the order in which the micro-kernel reads them, as F32 and padded with
 * zeros. Needs the vector module.
 */
final class VectorPacking {

  private VectorPacking() {}

  /**
   * Packs panels of COLS columns of B: panel p holds the rows of the block one after the other,
   * COLS floats each.
   *
   * @param x layout of B, whose first element is at {@code base}
   * @param t first row of the block, {@code deep} rows
   * @param col first column of the block, {@code cols} columns
   * @param to address of panel 0; panels {@code firstPanel} to {@code endPanel - 1} are written
   */
  static void columns(
      GemmOperand x,
      long base,
      long t,
      int deep,
      long col,
      int cols,
      long to,
      int firstPanel,
      int endPanel) {
    for (int p = firstPanel; p < endPanel; p++) {
      int here = Math.min(COLS, cols - p * COLS);
      long target = to + (long) p * COLS * deep * Float.BYTES;
      long from =
          base + (t * x.rowStride() + (col + (long) p * COLS) * x.colStride()) * x.type().bytes();
      if (here == COLS && x.type() == DType.F32 && x.colStride() == 1) {
        copyRows(from, x.rowStride() * Float.BYTES, deep, target);
      } else {
        interleave(x.type(), from, x.colStride(), here, x.rowStride(), deep, target, COLS);
      }
    }
  }

  /**
   * Packs panels of ROWS rows of A: each panel holds the columns of the block one after the other,
   * ROWS floats each.
   *
   * @param x layout of A, whose first element is at {@code base}
   */
  static void rows(GemmOperand x, long base, long row, int rows, long t, int deep, long to) {
    for (int i = 0; i < rows; i += ROWS) {
      long from = base + ((row + i) * x.rowStride() + t * x.colStride()) * x.type().bytes();
      interleave(
          x.type(),
          from,
          x.rowStride(),
          Math.min(ROWS, rows - i),
          x.colStride(),
          deep,
          to + (long) i * deep * Float.BYTES,
          ROWS);
    }
  }

  private static void copyRows(long from, long rowBytes, int deep, long to) {
    long half = LANES * (long) Float.BYTES;
    for (int t = 0; t < deep; t++) {
      VectorMicroKernel.store(VectorMicroKernel.load(from), to);
      VectorMicroKernel.store(VectorMicroKernel.load(from + half), to + half);
      from += rowBytes;
      to += 2 * half;
    }
  }

  /**
   * Writes element (t, j) of the source at position {@code t * width + j} of the target; zeros from
   * count on.
   */
  private static void interleave(
      DType type, long from, long stepJ, int count, long stepT, int deep, long to, int width) {
    long rowBytes = (long) width * Float.BYTES;
    for (int j = 0; j < width; j++) {
      long target = to + (long) j * Float.BYTES;
      if (j >= count) {
        for (int t = 0; t < deep; t++) {
          NativeMemory.putFloat(target + t * rowBytes, 0f);
        }
      } else if (type == DType.BF16) {
        long source = from + j * stepJ * Short.BYTES;
        long step = stepT * Short.BYTES;
        for (int t = 0; t < deep; t++) {
          int bits = NativeMemory.getShort(source + t * step) << 16;
          NativeMemory.putFloat(target + t * rowBytes, Float.intBitsToFloat(bits));
        }
      } else {
        long source = from + j * stepJ * Float.BYTES;
        long step = stepT * Float.BYTES;
        for (int t = 0; t < deep; t++) {
          NativeMemory.putFloat(target + t * rowBytes, NativeMemory.getFloat(source + t * step));
        }
      }
    }
  }
}
