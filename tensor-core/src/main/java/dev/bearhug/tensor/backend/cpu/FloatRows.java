package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;

/** A {@link FloatSpan} seen as rows of {@code cols} values, used row by row. */
final class FloatRows {

  private final FloatSpan values;
  private final long cols;

  /** Rows of {@code cols} values from {@code address} on; F32, BF16 or F16. */
  FloatRows(ConvertKernels convert, DType type, long address, long cols) {
    this.values = new FloatSpan(convert, type, address);
    this.cols = cols;
  }

  /** Address of a row in single precision: the row itself, or the buffer. */
  long at(long row, long buffer) {
    return values.at(row * cols, buffer);
  }

  /** Makes a row readable in single precision and returns where. */
  long read(long row, long buffer) {
    return values.read(row * cols, cols, buffer);
  }

  /** Rounds a row that was computed at {@link #at} to its type. */
  void write(long row, long from) {
    values.write(row * cols, cols, from);
  }
}
