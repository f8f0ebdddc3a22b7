package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost part of {@link VectorGemm}: a tile of C with {@link #ROWS} rows and {@link #COLS}
 * columns that stays in registers over the whole depth. Needs the vector module.
 */
final class VectorMicroKernel {

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  /** Rows of a tile. */
  static final int ROWS = 8;

  /** Columns of a tile: two registers. */
  static final int COLS = 2 * LANES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long HALF = LANES * (long) Float.BYTES;

  private VectorMicroKernel() {}

  /** Loads one register of floats. */
  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, NativeMemory.ALL, address, ORDER);
  }

  /** Stores one register of floats. */
  static void store(FloatVector value, long address) {
    value.intoMemorySegment(NativeMemory.ALL, address, ORDER);
  }

  private static FloatVector splat(long address) {
    return FloatVector.broadcast(SPECIES, NativeMemory.getFloat(address));
  }

  /**
   * Computes {@code C = alpha · A · B (+ bias) (+ C if add)} for one tile.
   *
   * @param depth terms per sum
   * @param a first element of A; {@code aRow} and {@code aCol} are its strides in bytes
   * @param b first element of B, whose rows of COLS floats are {@code bRow} bytes apart
   * @param bias COLS floats, or 0 for none
   * @param c first element of C, whose rows are {@code cRow} bytes apart
   */
  static void run(
      int depth,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      float alpha,
      long bias,
      boolean add,
      long c,
      long cRow) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s20 = zero;
    FloatVector s21 = zero;
    FloatVector s30 = zero;
    FloatVector s31 = zero;
    FloatVector s40 = zero;
    FloatVector s41 = zero;
    FloatVector s50 = zero;
    FloatVector s51 = zero;
    FloatVector s60 = zero;
    FloatVector s61 = zero;
    FloatVector s70 = zero;
    FloatVector s71 = zero;
    long a4 = a + 4 * aRow;
    for (int t = 0; t < depth; t++) {
      FloatVector y0 = load(b);
      FloatVector y1 = load(b + HALF);
      FloatVector x = splat(a);
      s00 = x.fma(y0, s00);
      s01 = x.fma(y1, s01);
      x = splat(a + aRow);
      s10 = x.fma(y0, s10);
      s11 = x.fma(y1, s11);
      x = splat(a + 2 * aRow);
      s20 = x.fma(y0, s20);
      s21 = x.fma(y1, s21);
      x = splat(a + 3 * aRow);
      s30 = x.fma(y0, s30);
      s31 = x.fma(y1, s31);
      x = splat(a4);
      s40 = x.fma(y0, s40);
      s41 = x.fma(y1, s41);
      x = splat(a4 + aRow);
      s50 = x.fma(y0, s50);
      s51 = x.fma(y1, s51);
      x = splat(a4 + 2 * aRow);
      s60 = x.fma(y0, s60);
      s61 = x.fma(y1, s61);
      x = splat(a4 + 3 * aRow);
      s70 = x.fma(y0, s70);
      s71 = x.fma(y1, s71);
      a += aCol;
      a4 += aCol;
      b += bRow;
    }
    FloatVector bias0 = bias == 0 ? zero : load(bias);
    FloatVector bias1 = bias == 0 ? zero : load(bias + HALF);
    finish(s00, s01, alpha, bias0, bias1, add, c);
    finish(s10, s11, alpha, bias0, bias1, add, c + cRow);
    finish(s20, s21, alpha, bias0, bias1, add, c + 2 * cRow);
    finish(s30, s31, alpha, bias0, bias1, add, c + 3 * cRow);
    finish(s40, s41, alpha, bias0, bias1, add, c + 4 * cRow);
    finish(s50, s51, alpha, bias0, bias1, add, c + 5 * cRow);
    finish(s60, s61, alpha, bias0, bias1, add, c + 6 * cRow);
    finish(s70, s71, alpha, bias0, bias1, add, c + 7 * cRow);
  }

  private static void finish(
      FloatVector s0,
      FloatVector s1,
      float alpha,
      FloatVector bias0,
      FloatVector bias1,
      boolean add,
      long c) {
    FloatVector r0 = s0.mul(alpha).add(bias0);
    FloatVector r1 = s1.mul(alpha).add(bias1);
    store(add ? r0.add(load(c)) : r0, c);
    store(add ? r1.add(load(c + HALF)) : r1, c + HALF);
  }
}
