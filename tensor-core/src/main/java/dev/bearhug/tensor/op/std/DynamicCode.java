package dev.bearhug.tensor.op.std;

import java.util.Arrays;

/**
 * A code book of 256 values in [-1, 1] or [0, 1] whose steps grow with the size, over seven powers
 * of ten: dynamic tree quantization (Dettmers, <a href="https://arxiv.org/abs/1511.04561">8-bit
 * approximations for parallelism in deep learning</a>, 2016; unsigned form of Dettmers et al.,
 * 2022).
 *
 * <p>The interval from {@code 10^(i-6) / 10} to {@code 10^(i-6)}, i from 0 to 6, is cut into {@code
 * 2^i} parts, {@code 2^(i+1)} in the unsigned form, and their middles are values; 0 and 1 are
 * values too. Codes number the values in rising order.
 */
public final class DynamicCode {

  /** Values in [-1, 1]; the lowest is slightly above -1. */
  public static final DynamicCode SIGNED = new DynamicCode(true);

  /** Values in [0, 1]. */
  public static final DynamicCode UNSIGNED = new DynamicCode(false);

  private static final int DECADES = 7;

  /** A float's exponent and upper 9 mantissa bits name its cell; cells below 2^-24 are one. */
  private static final int CELL_SHIFT = 14;

  private static final int FIRST_CELL = (127 - 24) << 9;
  private static final int CELLS = ((127 << 9) - FIRST_CELL) + 1;

  private final float[] values;

  /** Middle between a value and the next one, where the nearest value changes. */
  private final float[] middles = new float[256];

  /** Lowest code of each cell, for numbers from 0 on and below; a cell holds one middle at most. */
  private final byte[] cells = new byte[2 * CELLS];

  private DynamicCode(boolean signed) {
    values = values(signed);
    for (int i = 0; i < 255; i++) {
      middles[i] = (float) (((double) values[i] + values[i + 1]) / 2);
    }
    middles[255] = Float.POSITIVE_INFINITY;
    for (int c = 0; c < CELLS; c++) {
      float low = c == 0 ? 0 : Float.intBitsToFloat((c + FIRST_CELL) << CELL_SHIFT);
      float high = Float.intBitsToFloat((c + 1 + FIRST_CELL) << CELL_SHIFT);
      cells[c] = (byte) search(low);
      cells[CELLS + c] = (byte) search(-high);
    }
  }

  private static float[] values(boolean signed) {
    float[] all = new float[256];
    int n = 0;
    for (int i = 0; i < DECADES; i++) {
      int parts = signed ? 1 << i : 2 << i;
      double top = Math.pow(10, i - (DECADES - 1));
      for (int j = 0; j < parts; j++) {
        double middle = 0.1 + 0.9 * (j + 0.5) / parts;
        all[n++] = (float) (top * middle);
        if (signed) {
          all[n++] = (float) (-top * middle);
        }
      }
    }
    all[n++] = 0;
    all[n] = 1;
    Arrays.sort(all);
    return all;
  }

  private int search(float x) {
    int code = 0;
    while (x > middles[code]) {
      code++;
    }
    return code;
  }

  /** The value of a code from 0 to 255. */
  public float decode(int code) {
    return values[code];
  }

  /**
   * The code of the value nearest to a number, the lower one in the middle.
   *
   * @param x from -1 to 1; sizes beyond count as 1
   */
  public int encode(float x) {
    int bits = Float.floatToRawIntBits(x);
    int cell = ((bits & 0x7fffffff) >>> CELL_SHIFT) - FIRST_CELL;
    cell = Math.max(0, Math.min(CELLS - 1, cell));
    int code = cells[bits < 0 ? CELLS + cell : cell] & 0xff;
    return x > middles[code] ? code + 1 : code;
  }
}
