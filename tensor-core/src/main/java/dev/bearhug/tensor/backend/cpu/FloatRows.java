package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * A row-major tensor of single or half-width type whose rows a single-precision kernel reads and
 * writes: in place if it is single precision, else through a buffer that stays in the first cache.
 */
final class FloatRows {

  private final ConvertKernels convert;
  private final DType type;
  private final long address;
  private final long cols;

  /** Rows of {@code cols} values from {@code address} on; F32, BF16 or F16. */
  FloatRows(ConvertKernels convert, DType type, long address, long cols) {
    this.convert = convert;
    this.type = type;
    this.address = address;
    this.cols = cols;
  }

  /** Whether rows are used in place, so that {@link #read} and {@link #write} cost nothing. */
  boolean inPlace() {
    return type == DType.F32;
  }

  /** Bytes that the buffer of a row needs. */
  long bufferBytes() {
    return inPlace() ? 0 : 4 * cols;
  }

  /** Address of a row in single precision: the row itself, or the buffer. */
  long at(long row, long buffer) {
    return inPlace() ? address + 4 * row * cols : buffer;
  }

  /** Makes a row readable in single precision and returns where. */
  long read(long row, long buffer) {
    if (inPlace()) {
      return address + 4 * row * cols;
    }
    long from = address + type.bytes() * row * cols;
    if (type == DType.BF16) {
      convert.bf16ToFloat(from, buffer, cols);
    } else {
      convert.halfToFloat(from, buffer, cols);
    }
    return buffer;
  }

  /** Rounds a row that was computed at {@link #at} to its type. */
  void write(long row, long values) {
    long to = address + type.bytes() * row * cols;
    if (inPlace()) {
      if (values != to) {
        NativeMemory.copy(values, to, 4 * cols);
      }
    } else if (type == DType.BF16) {
      convert.floatToBf16(values, to, cols);
    } else {
      convert.floatToHalf(values, to, cols);
    }
  }
}
