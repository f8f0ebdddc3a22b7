package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import java.util.Arrays;

/**
 * Where the rows of each sequence and head lie: {@code [batch, heads, rows, width]} of any strides,
 * or {@code [all rows, heads, width]} of packed sequences. Rows are dense.
 *
 * @param type element type
 * @param address address of the first element
 * @param starts where each sequence starts, in elements
 * @param headStep elements from one head to the next
 * @param rowStep elements from one row to the next
 */
record HeadRows(DType type, long address, long[] starts, long headStep, long rowStep) {

  /** The rows of {@code [batch, heads, rows, width]}. */
  static HeadRows ofBatch(DType type, Operand x) {
    Layout layout = x.layout();
    return new HeadRows(
        type,
        x.address(),
        multiples(layout.shape().dim(0), layout.stride(0)),
        layout.stride(1),
        layout.stride(2));
  }

  /**
   * The rows of {@code [all rows, heads, width]}.
   *
   * @param offsets first row of each sequence, and at the end the number of all rows
   */
  static HeadRows ofPacked(DType type, Operand x, long[] offsets) {
    long[] starts = new long[offsets.length - 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = offsets[i] * x.layout().stride(0);
    }
    return new HeadRows(type, x.address(), starts, x.layout().stride(1), x.layout().stride(0));
  }

  /** One single-precision number per row, {@code [batch, heads, rows]}. */
  static HeadRows numbersOfBatch(long address, long batch, long heads, long rows) {
    return new HeadRows(DType.F32, address, multiples(batch, heads * rows), rows, 1);
  }

  /** One single-precision number per row, {@code [heads, all rows]}. */
  static HeadRows numbersOfPacked(long address, long[] offsets) {
    long[] starts = Arrays.copyOf(offsets, offsets.length - 1);
    return new HeadRows(DType.F32, address, starts, offsets[offsets.length - 1], 1);
  }

  private static long[] multiples(long count, long step) {
    long[] starts = new long[Math.toIntExact(count)];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i * step;
    }
    return starts;
  }

  /** Address of the first element of a row. */
  long at(int sequence, long head, long row) {
    return address + type.bytes() * (starts[sequence] + head * headStep + row * rowStep);
  }
}
