package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Rows of one head as an operand of a product: where they lie, or a copy with rows of zeros up to a
 * multiple of {@link #UNIT}, so that sequences of all lengths need few prepared products.
 */
final class BlockRows {

  /** Products have multiples of this many rows. */
  static final int UNIT = 32;

  private final HeadRows from;
  private final int width;
  private final long copy;
  private long address;
  private boolean copied;

  /**
   * Starts without rows.
   *
   * @param width elements of a row
   * @param copy room for the longest copy
   */
  BlockRows(HeadRows from, int width, long copy) {
    this.from = from;
    this.width = width;
    this.copy = copy;
  }

  /** Bytes of a copy of at most this many rows. */
  static long bytes(HeadRows from, int rows, int width) {
    return (long) Tiles.up(rows, UNIT) * width * from.type().bytes();
  }

  /** Chooses rows. */
  void set(int sequence, int head, int row, int count) {
    address = from.at(sequence, head, row);
    copied = count % UNIT != 0 || from.rowStep() < width;
    if (copied) {
      long bytes = (long) width * from.type().bytes();
      long step = from.rowStep() * from.type().bytes();
      for (int i = 0; i < count; i++) {
        NativeMemory.copy(address + i * step, copy + i * bytes, bytes);
      }
      int padded = Tiles.up(count, UNIT);
      NativeMemory.fill(copy + count * bytes, (padded - count) * bytes, (byte) 0);
      address = copy;
    }
  }

  /** Address of the first row. */
  long address() {
    return address;
  }

  /** The rows as a matrix. */
  GemmOperand rows() {
    return new GemmOperand(from.type(), 0, 0, copied ? width : from.rowStep(), 1);
  }

  /** The rows as columns. */
  GemmOperand columns() {
    return new GemmOperand(from.type(), 0, 0, 1, copied ? width : from.rowStep());
  }
}
