package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;

/**
 * Copies of matrices in the order in which the kernels of oneDNN read them best.
 *
 * <p>B [k, n] goes into panels of {@link #WIDTH} columns (oneDNN's {@code BA16a64b}). A panel holds
 * the rows of B one after the other, WIDTH values each; in BF16 two rows are interleaved ({@code
 * BA16a64b2a}), as the dot-product instructions take them. Rows and columns that B does not have
 * are zeros.
 *
 * <p>A that lies by columns is copied into rows.
 */
interface PanelPacking {

  /** Columns of a panel. */
  int WIDTH = 64;

  /** Rows of a panel of a B with {@code k} rows. */
  static long depth(DType type, long k) {
    long unit = type == DType.BF16 ? 32 : 16;
    return (k + unit - 1) / unit * unit;
  }

  /** Bytes of one panel. */
  static long panelBytes(DType type, long k) {
    return WIDTH * depth(type, k) * type.bytes();
  }

  /** Number of panels. */
  static long panels(long n) {
    return (n + WIDTH - 1) / WIDTH;
  }

  /** Index of element (t, j) within a panel. */
  static long index(DType type, long t, long j) {
    return type == DType.BF16 ? (t / 2 * WIDTH + j) * 2 + t % 2 : t * WIDTH + j;
  }

  /**
   * Packs the panels {@code [first, end)} of B.
   *
   * @param b layout of B [k, n], whose first element is at {@code from}
   * @param to address of panel 0
   */
  void panels(GemmOperand b, long from, long k, long n, long to, long first, long end);

  /**
   * Copies {@code rows} rows of an A [.., k] that lies by columns.
   *
   * @param a layout of A; {@code from} is the address of the first row's first element
   * @param to address of the first row of the copy
   * @param step elements from one row of the copy to the next
   */
  void rows(GemmOperand a, long from, long rows, long k, long to, long step);
}
