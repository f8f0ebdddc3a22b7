package dev.bearhug.tensor.op.std;

/**
 * A code book of 256 values in [-1, 1] or [0, 1] whose steps grow with the size, over seven powers
 * of ten: dynamic tree quantization (Dettmers, <a href="https://arxiv.org/abs/1511.04561">8-bit
 * approximations for parallelism in deep learning</a>, 2016; unsigned form of Dettmers et al.,
 * 2022).
 *
 * <p>Decade i from 0 to 6, the interval from {@code 10^(i-6) / 10} to {@code 10^(i-6)}, is cut into
 * {@code 2^i} parts, {@code 2^(i+1)} in the unsigned form, and their middles are values; 0 and 1
 * are values too. Codes number the values in rising order.
 *
 * <p>The rank of a size is the number of its value counted from 0 up, where the smallest value has
 * rank 1 (signed) or 2 (unsigned) so that each decade begins at a power of two. Within a decade
 * rank and value depend on each other linearly, so both directions need tables of eight numbers
 * only, which fit into a register. All operations are in single precision and in a fixed order:
 * whoever repeats them with the {@link Tables} gets the same bits.
 */
public final class DynamicCode {

  /** Values in [-1, 1]; the lowest is slightly above -1. */
  public static final DynamicCode SIGNED = new DynamicCode(true);

  /** Values in [0, 1]. */
  public static final DynamicCode UNSIGNED = new DynamicCode(false);

  /** Code of 0 in the signed form. */
  public static final int SIGNED_ZERO = 127;

  /**
   * Adding it rounds a number below 2^22 to a whole one, in the lower bits of the sum: the half
   * goes to the even neighbour.
   */
  public static final float ROUNDER = 0x1.8p23f;

  private static final int DECADES = 7;
  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  /**
   * The numbers of each decade; index 7 stands for the value 1.
   *
   * <p>Values are {@code start + j * step}, j from 0. A size belongs to decade i if it is above
   * {@code edge[i]}; its rank is {@code size * slope + offset}, rounded and at most {@code most}.
   *
   * @param start lowest value
   * @param step distance of values
   * @param edge middle of {@code start} and the highest value of the decade below
   * @param slope ranks per size
   * @param offset rank of 0 if all values were those of this decade
   * @param most highest rank
   */
  public record Tables(
      float[] start, float[] step, float[] edge, float[] slope, float[] offset, float[] most) {}

  private final boolean signed;
  private final Tables tables;
  private final float[] values = new float[256];

  private DynamicCode(boolean signed) {
    this.signed = signed;
    this.tables = tables(signed ? 1 : 2);
    for (int code = 0; code < 256; code++) {
      values[code] = signed ? signedValue(code - SIGNED_ZERO) : value(code + 1, 2);
    }
  }

  private float signedValue(int rank) {
    return rank < 0 ? -value(-rank, 1) : value(rank, 1);
  }

  private float value(int rank, int first) {
    if (rank < first) {
      return 0;
    }
    int lowest = Integer.highestOneBit(rank);
    int decade = Integer.numberOfTrailingZeros(lowest / first);
    return tables.start()[decade] + (rank - lowest) * tables.step()[decade];
  }

  private static Tables tables(int first) {
    int n = DECADES + 1;
    Tables t =
        new Tables(
            new float[n], new float[n], new float[n], new float[n], new float[n], new float[n]);
    double below = 0;
    for (int i = 0; i < n; i++) {
      int parts = first << i;
      double top = Math.pow(10, i - (DECADES - 1));
      double step = i < DECADES ? 0.9 * top / parts : 0;
      double start = i < DECADES ? 0.1 * top + step / 2 : 1;
      double edge = (below + start) / 2;
      double slope = i < DECADES ? 1 / step : 0;
      double offset = parts - slope * start;
      if (i == 0) {
        // From 0 to the first value is not a step, so the two middles give the line.
        slope = 1 / (first == 1 ? 2 * edge : start + step / 2 - edge);
        offset = parts - 0.5 - slope * edge;
      }
      t.start()[i] = (float) start;
      t.step()[i] = (float) step;
      t.edge()[i] = (float) edge;
      t.slope()[i] = (float) slope;
      t.offset()[i] = (float) offset;
      t.most()[i] = i < DECADES ? 2 * parts - 1 : parts;
      below = start + (parts - 1) * step;
    }
    return t;
  }

  /** Whether there are values below 0. */
  public boolean isSigned() {
    return signed;
  }

  /** A copy of the numbers behind {@link #encode} and {@link #decode}. */
  public Tables tables() {
    return new Tables(
        tables.start().clone(),
        tables.step().clone(),
        tables.edge().clone(),
        tables.slope().clone(),
        tables.offset().clone(),
        tables.most().clone());
  }

  /** The value of a code from 0 to 255. */
  public float decode(int code) {
    return values[code];
  }

  /**
   * The code of the value nearest to a number; within a thousandth of a step around the middle of
   * two values it is one of them.
   *
   * @param x from -1 to 1; sizes beyond count as 1, in the unsigned form numbers below 0 as 0
   */
  public int encode(float x) {
    float size = signed ? Math.abs(x) : x;
    float[] edge = tables.edge();
    int decade = size > edge[4] ? 4 : 0;
    decade += size > edge[decade + 2] ? 2 : 0;
    decade += size > edge[decade + 1] ? 1 : 0;
    float line = size * tables.slope()[decade] + tables.offset()[decade];
    float rank = line < tables.most()[decade] ? line : tables.most()[decade];
    int whole = Float.floatToRawIntBits(rank + ROUNDER) - ROUNDER_BITS;
    if (signed) {
      return Math.max(0, SIGNED_ZERO + (x < 0 ? -whole : whole));
    }
    return Math.max(0, whole - 1);
  }
}
