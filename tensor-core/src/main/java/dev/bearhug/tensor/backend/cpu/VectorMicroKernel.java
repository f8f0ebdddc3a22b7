package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
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

  /**
   * Computes the tile A · B.
   *
   * <p>The Vector API is called directly: small helpers are not inlined any more in a method of
   * this size, and each call that is not inlined puts its vectors on the heap.
   *
   * @param depth terms per sum
   * @param a first element of A; {@code aRow} and {@code aCol} are its strides in bytes
   * @param b panel of B, COLS floats per row
   * @param tile receives ROWS rows of COLS floats
   */
  static void run(int depth, long a, long aRow, long aCol, long b, long tile) {
    MemorySegment all = NativeMemory.ALL;
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
      FloatVector y0 = FloatVector.fromMemorySegment(SPECIES, all, b, ORDER);
      FloatVector y1 = FloatVector.fromMemorySegment(SPECIES, all, b + HALF, ORDER);
      FloatVector x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a));
      s00 = x.fma(y0, s00);
      s01 = x.fma(y1, s01);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a + aRow));
      s10 = x.fma(y0, s10);
      s11 = x.fma(y1, s11);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a + 2 * aRow));
      s20 = x.fma(y0, s20);
      s21 = x.fma(y1, s21);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a + 3 * aRow));
      s30 = x.fma(y0, s30);
      s31 = x.fma(y1, s31);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a4));
      s40 = x.fma(y0, s40);
      s41 = x.fma(y1, s41);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a4 + aRow));
      s50 = x.fma(y0, s50);
      s51 = x.fma(y1, s51);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a4 + 2 * aRow));
      s60 = x.fma(y0, s60);
      s61 = x.fma(y1, s61);
      x = FloatVector.broadcast(SPECIES, all.get(FLOAT, a4 + 3 * aRow));
      s70 = x.fma(y0, s70);
      s71 = x.fma(y1, s71);
      a += aCol;
      a4 += aCol;
      b += 2 * HALF;
    }
    s00.intoMemorySegment(all, tile, ORDER);
    s01.intoMemorySegment(all, tile + HALF, ORDER);
    s10.intoMemorySegment(all, tile + 2 * HALF, ORDER);
    s11.intoMemorySegment(all, tile + 3 * HALF, ORDER);
    s20.intoMemorySegment(all, tile + 4 * HALF, ORDER);
    s21.intoMemorySegment(all, tile + 5 * HALF, ORDER);
    s30.intoMemorySegment(all, tile + 6 * HALF, ORDER);
    s31.intoMemorySegment(all, tile + 7 * HALF, ORDER);
    s40.intoMemorySegment(all, tile + 8 * HALF, ORDER);
    s41.intoMemorySegment(all, tile + 9 * HALF, ORDER);
    s50.intoMemorySegment(all, tile + 10 * HALF, ORDER);
    s51.intoMemorySegment(all, tile + 11 * HALF, ORDER);
    s60.intoMemorySegment(all, tile + 12 * HALF, ORDER);
    s61.intoMemorySegment(all, tile + 13 * HALF, ORDER);
    s70.intoMemorySegment(all, tile + 14 * HALF, ORDER);
    s71.intoMemorySegment(all, tile + 15 * HALF, ORDER);
  }

  /**
   * Writes {@code C = alpha · tile (+ bias) (+ C if add)} for one full row of F32.
   *
   * @param tile COLS floats
   * @param bias COLS floats, or 0 for none
   * @param c COLS floats
   */
  static void finishRow(long tile, float alpha, long bias, boolean add, long c) {
    for (long at = 0; at < 2 * HALF; at += HALF) {
      FloatVector value = load(tile + at).mul(alpha);
      if (bias != 0) {
        value = value.add(load(bias + at));
      }
      if (add) {
        value = value.add(load(c + at));
      }
      store(value, c + at);
    }
  }
}
