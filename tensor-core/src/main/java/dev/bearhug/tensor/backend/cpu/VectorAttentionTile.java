package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost part of the products of blocked attention: a tile of C with {@link #ROWS} rows and
 * {@link #COLS} columns that stays in registers over the whole depth. Needs the vector module.
 *
 * <p>The Vector API is called directly: small helpers are not inlined any more in a method of this
 * size, and each call that is not inlined puts its vectors on the heap.
 */
final class VectorAttentionTile {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Rows of a tile. */
  static final int ROWS = 8;

  /** Columns of a tile: two registers. */
  static final int COLS = 2 * SPECIES.length();

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long HALF = SPECIES.length() * (long) Float.BYTES;

  private VectorAttentionTile() {}

  /**
   * Computes {@code C = A · B} for one tile.
   *
   * @param depth terms per sum
   * @param a first element of A; {@code aRow} and {@code aCol} are its strides in bytes
   * @param b panel of B, COLS floats per row
   * @param c first element of C; {@code cRow} is its row stride in bytes
   */
  static void run(int depth, long a, long aRow, long aCol, long b, long c, long cRow) {
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
    long c4 = c + 4 * cRow;
    s00.intoMemorySegment(all, c, ORDER);
    s01.intoMemorySegment(all, c + HALF, ORDER);
    s10.intoMemorySegment(all, c + cRow, ORDER);
    s11.intoMemorySegment(all, c + cRow + HALF, ORDER);
    s20.intoMemorySegment(all, c + 2 * cRow, ORDER);
    s21.intoMemorySegment(all, c + 2 * cRow + HALF, ORDER);
    s30.intoMemorySegment(all, c + 3 * cRow, ORDER);
    s31.intoMemorySegment(all, c + 3 * cRow + HALF, ORDER);
    s40.intoMemorySegment(all, c4, ORDER);
    s41.intoMemorySegment(all, c4 + HALF, ORDER);
    s50.intoMemorySegment(all, c4 + cRow, ORDER);
    s51.intoMemorySegment(all, c4 + cRow + HALF, ORDER);
    s60.intoMemorySegment(all, c4 + 2 * cRow, ORDER);
    s61.intoMemorySegment(all, c4 + 2 * cRow + HALF, ORDER);
    s70.intoMemorySegment(all, c4 + 3 * cRow, ORDER);
    s71.intoMemorySegment(all, c4 + 3 * cRow + HALF, ORDER);
  }

  /**
   * Adds a tile to C; apart from {@link #run} because the compiler gives up on methods that load
   * more.
   *
   * @param tile ROWS rows of COLS floats
   */
  static void add(long tile, long c, long cRow) {
    for (int i = 0; i < ROWS; i++) {
      FloatVector first = FloatLanes.load(c).add(FloatLanes.load(tile));
      FloatVector second = FloatLanes.load(c + HALF).add(FloatLanes.load(tile + HALF));
      FloatLanes.store(c, first);
      FloatLanes.store(c + HALF, second);
      c += cRow;
      tile += 2 * HALF;
    }
  }
}
