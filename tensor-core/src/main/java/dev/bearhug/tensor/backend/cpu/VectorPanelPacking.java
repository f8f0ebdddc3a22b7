package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.VectorTranspose.SIZE;

import dev.bearhug.tensor.DType;

/**
 * {@link PanelPacking} in blocks of 16 × 16 values of 32 bits; a pair of BF16 values is one of
 * them. Edges are left to {@link ScalarPanelPacking}. Needs the vector module and registers of 512
 * bits.
 */
final class VectorPanelPacking implements PanelPacking {

  private static final int INTS = Integer.BYTES;
  private static final long PANEL_ROW = (long) WIDTH * INTS;

  private final ScalarPanelPacking plain = new ScalarPanelPacking();

  @Override
  public void panels(GemmOperand b, long from, long k, long n, long to, long first, long end) {
    long depth = PanelPacking.depth(b.type(), k);
    int pair = INTS / b.type().bytes();
    for (long p = first; p < end; p++) {
      long here = Math.min(WIDTH, n - p * WIDTH);
      long source = from + p * WIDTH * b.colStride() * b.type().bytes();
      long target = to + p * PanelPacking.panelBytes(b.type(), k);
      long cols = 0;
      long rows = 0;
      if (b.rowStride() == 1) {
        cols = here / SIZE * SIZE;
        rows = k / (SIZE * pair) * (SIZE * pair);
        transposed(source, b.colStride() * b.type().bytes(), rows / pair, cols, target);
      } else if (b.colStride() == 1 && here == WIDTH) {
        cols = WIDTH;
        rows = k / pair * pair;
        long step = b.rowStride() * b.type().bytes();
        if (pair == 1) {
          copied(source, step, rows, target);
        } else {
          interleaved(source, step, rows / 2, target);
        }
      }
      ScalarPanelPacking.block(b, from, k, n, p, rows, depth, 0, cols, to);
      ScalarPanelPacking.block(b, from, k, n, p, 0, depth, cols, WIDTH, to);
    }
  }

  /** Columns of B are contiguous. */
  private static void transposed(long from, long step, long rows, long cols, long to) {
    for (long t = 0; t < rows; t += SIZE) {
      for (long j = 0; j < cols; j += SIZE) {
        VectorTranspose.transpose(
            from + j * step + t * INTS, step, to + t * PANEL_ROW + j * INTS, PANEL_ROW);
      }
    }
  }

  private static void copied(long from, long step, long rows, long to) {
    for (long t = 0; t < rows; t++) {
      VectorTranspose.copy(from + t * step, to + t * PANEL_ROW, WIDTH / SIZE);
    }
  }

  private static void interleaved(long from, long step, long pairs, long to) {
    for (long t = 0; t < pairs; t++) {
      long row = from + 2 * t * step;
      for (int j = 0; j < WIDTH; j += SIZE) {
        VectorTranspose.interleave(
            row + j * Short.BYTES, row + step + j * Short.BYTES, to + t * PANEL_ROW + j * INTS);
      }
    }
  }

  @Override
  public void rows(GemmOperand a, long from, long rows, long k, long to, long step) {
    if (a.rowStride() != 1) {
      plain.rows(a, from, rows, k, to, step);
      return;
    }
    int bytes = a.type().bytes();
    int pair = INTS / bytes;
    long full = rows / SIZE * SIZE;
    long deep = k / (SIZE * pair) * (SIZE * pair);
    long fromStep = a.colStride() * bytes;
    if (a.type() == DType.F32) {
      singles(from, fromStep, full, deep, to, step * bytes);
    } else {
      try (Scratch block = new Scratch((long) SIZE * SIZE * INTS)) {
        pairs(from, fromStep, full, deep, to, step * bytes, block.address());
      }
    }
    ScalarPanelPacking.transpose(a, from, 0, full, deep, k, to, step);
    ScalarPanelPacking.transpose(a, from, full, rows, 0, k, to, step);
  }

  private static void singles(long from, long fromStep, long rows, long k, long to, long toStep) {
    for (long t = 0; t < k; t += SIZE) {
      for (long i = 0; i < rows; i += SIZE) {
        VectorTranspose.transpose(
            from + t * fromStep + i * INTS, fromStep, to + i * toStep + t * INTS, toStep);
      }
    }
  }

  /** Pairs of columns become columns of 32-bit values, which are transposed. */
  private static void pairs(
      long from, long fromStep, long rows, long k, long to, long toStep, long block) {
    for (long t = 0; t < k; t += 2 * SIZE) {
      for (long i = 0; i < rows; i += SIZE) {
        long source = from + t * fromStep + i * Short.BYTES;
        for (int q = 0; q < SIZE; q++) {
          long column = source + 2 * q * fromStep;
          VectorTranspose.interleave(column, column + fromStep, block + (long) q * SIZE * INTS);
        }
        VectorTranspose.transpose(block, SIZE * INTS, to + i * toStep + t * Short.BYTES, toStep);
      }
    }
  }
}
