package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.Conv2dOp;

/**
 * The windows of some rows of results as columns of a matrix, so that a convolution is a matrix
 * product: row {@code (c, i, j)} of the matrix holds what element {@code (i, j)} of the kernel
 * reads from channel c, one entry per result.
 *
 * @param height height of a channel of x
 * @param width width of a channel of x
 * @param kernelHeight height of the kernel
 * @param kernelWidth width of the kernel
 * @param resultWidth results per row
 * @param conv how the kernel moves
 */
record ConvColumns(
    long height,
    long width,
    long kernelHeight,
    long kernelWidth,
    long resultWidth,
    Conv2dOp.Attrs conv) {

  /** Elements of the kernel. */
  long kernel() {
    return kernelHeight * kernelWidth;
  }

  /** First result whose element {@code j} of the kernel reads column 0 or a later one. */
  private long firstInside(long j) {
    long missing = conv.columns().before() - j * conv.columns().dilation();
    long stride = conv.columns().stride();
    return missing <= 0 ? 0 : Math.min(resultWidth, (missing + stride - 1) / stride);
  }

  /** One after the last result whose element {@code j} of the kernel reads inside of a row. */
  private long lastInside(long j) {
    long room = width - 1 + conv.columns().before() - j * conv.columns().dilation();
    return room < 0 ? 0 : Math.min(resultWidth, room / conv.columns().stride() + 1);
  }

  /** Row of x that row {@code i} of the kernel reads for a row of results; may be outside. */
  private long source(long result, long i) {
    return result * conv.rows().stride() + i * conv.rows().dilation() - conv.rows().before();
  }

  private long firstColumn(long result, long j) {
    return result * conv.columns().stride()
        + j * conv.columns().dilation()
        - conv.columns().before();
  }

  /**
   * Writes one row of the matrix.
   *
   * @param channel address of the channel of x
   * @param element row-major number of the element of the kernel
   * @param from first row of results
   * @param to one after the last row of results
   * @param row address of the row, {@code (to - from) * resultWidth} floats
   */
  void read(long channel, long element, long from, long to, long row) {
    long i = element / kernelWidth;
    long j = element % kernelWidth;
    long first = firstInside(j);
    long last = Math.max(first, lastInside(j));
    for (long r = from; r < to; r++) {
      long target = row + 4 * (r - from) * resultWidth;
      long y = source(r, i);
      if (y < 0 || y >= height) {
        NativeMemory.fill(target, 4 * resultWidth, (byte) 0);
        continue;
      }
      NativeMemory.fill(target, 4 * first, (byte) 0);
      readRow(channel + 4 * (y * width + firstColumn(first, j)), target + 4 * first, last - first);
      NativeMemory.fill(target + 4 * last, 4 * (resultWidth - last), (byte) 0);
    }
  }

  private void readRow(long from, long to, long count) {
    long step = 4 * conv.columns().stride();
    if (step == 4) {
      NativeMemory.copy(from, to, 4 * count);
      return;
    }
    for (long k = 0; k < count; k++) {
      putFloat(to + 4 * k, getFloat(from + k * step));
    }
  }

  /** Adds one row of the matrix to where it was read from; see {@link #read}. */
  void add(MapKernels map, long channel, long element, long from, long to, long row) {
    long i = element / kernelWidth;
    long j = element % kernelWidth;
    long first = firstInside(j);
    long last = Math.max(first, lastInside(j));
    for (long r = from; r < to; r++) {
      long y = source(r, i);
      if (y >= 0 && y < height) {
        addRow(
            map,
            row + 4 * ((r - from) * resultWidth + first),
            channel + 4 * (y * width + firstColumn(first, j)),
            last - first);
      }
    }
  }

  private void addRow(MapKernels map, long from, long to, long count) {
    long step = 4 * conv.columns().stride();
    if (step == 4) {
      map.binary(BinaryOp.ADD, to, from, to, count);
      return;
    }
    for (long k = 0; k < count; k++) {
      putFloat(to + k * step, getFloat(to + k * step) + getFloat(from + 4 * k));
    }
  }
}
