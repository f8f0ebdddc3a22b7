package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes 16 × 16 blocks of 32-bit values, and interleaves rows of 16-bit ones, with registers
 * of 512 bits. Needs the vector module.
 */
final class VectorTranspose {

  /** Rows and columns of a block. */
  static final int SIZE = 16;

  private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_512;
  private static final VectorSpecies<Short> HALVES = ShortVector.SPECIES_256;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Positions that interleave the lower halves of two registers, and the upper ones. */
  private static final IntVector LOW = interleaving(0);

  private static final IntVector HIGH = interleaving(SIZE / 2);

  private VectorTranspose() {}

  private static IntVector interleaving(int first) {
    int[] positions = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      positions[i] = first + i / 2 + (i % 2) * SIZE;
    }
    return IntVector.fromArray(LANES, positions, 0);
  }

  /**
   * Writes element (i, j) of the source block to (j, i) of the target block.
   *
   * <p>Of the eight bits that number an element, each stage moves the highest one to the lowest
   * place; after four stages row and column have changed places. All of it is one straight line,
   * for what is not inlined puts its vectors on the heap.
   *
   * @param from first element; {@code fromStep} is the distance of two rows in bytes
   * @param to first element of the target; {@code toStep} is the distance of two rows in bytes
   */
  static void transpose(long from, long fromStep, long to, long toStep) {
    MemorySegment all = NativeMemory.ALL;
    IntVector low = LOW;
    IntVector high = HIGH;
    IntVector a0 = IntVector.fromMemorySegment(LANES, all, from, ORDER);
    IntVector a1 = IntVector.fromMemorySegment(LANES, all, from + fromStep, ORDER);
    IntVector a2 = IntVector.fromMemorySegment(LANES, all, from + 2 * fromStep, ORDER);
    IntVector a3 = IntVector.fromMemorySegment(LANES, all, from + 3 * fromStep, ORDER);
    IntVector a4 = IntVector.fromMemorySegment(LANES, all, from + 4 * fromStep, ORDER);
    IntVector a5 = IntVector.fromMemorySegment(LANES, all, from + 5 * fromStep, ORDER);
    IntVector a6 = IntVector.fromMemorySegment(LANES, all, from + 6 * fromStep, ORDER);
    IntVector a7 = IntVector.fromMemorySegment(LANES, all, from + 7 * fromStep, ORDER);
    IntVector a8 = IntVector.fromMemorySegment(LANES, all, from + 8 * fromStep, ORDER);
    IntVector a9 = IntVector.fromMemorySegment(LANES, all, from + 9 * fromStep, ORDER);
    IntVector a10 = IntVector.fromMemorySegment(LANES, all, from + 10 * fromStep, ORDER);
    IntVector a11 = IntVector.fromMemorySegment(LANES, all, from + 11 * fromStep, ORDER);
    IntVector a12 = IntVector.fromMemorySegment(LANES, all, from + 12 * fromStep, ORDER);
    IntVector a13 = IntVector.fromMemorySegment(LANES, all, from + 13 * fromStep, ORDER);
    IntVector a14 = IntVector.fromMemorySegment(LANES, all, from + 14 * fromStep, ORDER);
    IntVector a15 = IntVector.fromMemorySegment(LANES, all, from + 15 * fromStep, ORDER);
    IntVector b0 = low.selectFrom(a0, a8);
    IntVector b1 = high.selectFrom(a0, a8);
    IntVector b2 = low.selectFrom(a1, a9);
    IntVector b3 = high.selectFrom(a1, a9);
    IntVector b4 = low.selectFrom(a2, a10);
    IntVector b5 = high.selectFrom(a2, a10);
    IntVector b6 = low.selectFrom(a3, a11);
    IntVector b7 = high.selectFrom(a3, a11);
    IntVector b8 = low.selectFrom(a4, a12);
    IntVector b9 = high.selectFrom(a4, a12);
    IntVector b10 = low.selectFrom(a5, a13);
    IntVector b11 = high.selectFrom(a5, a13);
    IntVector b12 = low.selectFrom(a6, a14);
    IntVector b13 = high.selectFrom(a6, a14);
    IntVector b14 = low.selectFrom(a7, a15);
    IntVector b15 = high.selectFrom(a7, a15);
    IntVector c0 = low.selectFrom(b0, b8);
    IntVector c1 = high.selectFrom(b0, b8);
    IntVector c2 = low.selectFrom(b1, b9);
    IntVector c3 = high.selectFrom(b1, b9);
    IntVector c4 = low.selectFrom(b2, b10);
    IntVector c5 = high.selectFrom(b2, b10);
    IntVector c6 = low.selectFrom(b3, b11);
    IntVector c7 = high.selectFrom(b3, b11);
    IntVector c8 = low.selectFrom(b4, b12);
    IntVector c9 = high.selectFrom(b4, b12);
    IntVector c10 = low.selectFrom(b5, b13);
    IntVector c11 = high.selectFrom(b5, b13);
    IntVector c12 = low.selectFrom(b6, b14);
    IntVector c13 = high.selectFrom(b6, b14);
    IntVector c14 = low.selectFrom(b7, b15);
    IntVector c15 = high.selectFrom(b7, b15);
    IntVector d0 = low.selectFrom(c0, c8);
    IntVector d1 = high.selectFrom(c0, c8);
    IntVector d2 = low.selectFrom(c1, c9);
    IntVector d3 = high.selectFrom(c1, c9);
    IntVector d4 = low.selectFrom(c2, c10);
    IntVector d5 = high.selectFrom(c2, c10);
    IntVector d6 = low.selectFrom(c3, c11);
    IntVector d7 = high.selectFrom(c3, c11);
    IntVector d8 = low.selectFrom(c4, c12);
    IntVector d9 = high.selectFrom(c4, c12);
    IntVector d10 = low.selectFrom(c5, c13);
    IntVector d11 = high.selectFrom(c5, c13);
    IntVector d12 = low.selectFrom(c6, c14);
    IntVector d13 = high.selectFrom(c6, c14);
    IntVector d14 = low.selectFrom(c7, c15);
    IntVector d15 = high.selectFrom(c7, c15);
    IntVector e0 = low.selectFrom(d0, d8);
    IntVector e1 = high.selectFrom(d0, d8);
    IntVector e2 = low.selectFrom(d1, d9);
    IntVector e3 = high.selectFrom(d1, d9);
    IntVector e4 = low.selectFrom(d2, d10);
    IntVector e5 = high.selectFrom(d2, d10);
    IntVector e6 = low.selectFrom(d3, d11);
    IntVector e7 = high.selectFrom(d3, d11);
    IntVector e8 = low.selectFrom(d4, d12);
    IntVector e9 = high.selectFrom(d4, d12);
    IntVector e10 = low.selectFrom(d5, d13);
    IntVector e11 = high.selectFrom(d5, d13);
    IntVector e12 = low.selectFrom(d6, d14);
    IntVector e13 = high.selectFrom(d6, d14);
    IntVector e14 = low.selectFrom(d7, d15);
    IntVector e15 = high.selectFrom(d7, d15);
    e0.intoMemorySegment(all, to, ORDER);
    e1.intoMemorySegment(all, to + toStep, ORDER);
    e2.intoMemorySegment(all, to + 2 * toStep, ORDER);
    e3.intoMemorySegment(all, to + 3 * toStep, ORDER);
    e4.intoMemorySegment(all, to + 4 * toStep, ORDER);
    e5.intoMemorySegment(all, to + 5 * toStep, ORDER);
    e6.intoMemorySegment(all, to + 6 * toStep, ORDER);
    e7.intoMemorySegment(all, to + 7 * toStep, ORDER);
    e8.intoMemorySegment(all, to + 8 * toStep, ORDER);
    e9.intoMemorySegment(all, to + 9 * toStep, ORDER);
    e10.intoMemorySegment(all, to + 10 * toStep, ORDER);
    e11.intoMemorySegment(all, to + 11 * toStep, ORDER);
    e12.intoMemorySegment(all, to + 12 * toStep, ORDER);
    e13.intoMemorySegment(all, to + 13 * toStep, ORDER);
    e14.intoMemorySegment(all, to + 14 * toStep, ORDER);
    e15.intoMemorySegment(all, to + 15 * toStep, ORDER);
  }

  /**
   * Interleaves 16 columns of two rows of 16-bit values: the first row's values become the lower
   * halves of 32-bit ones.
   */
  static void interleave(long first, long second, long to) {
    IntVector lower =
        (IntVector)
            ShortVector.fromMemorySegment(HALVES, NativeMemory.ALL, first, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, LANES, 0);
    IntVector upper =
        (IntVector)
            ShortVector.fromMemorySegment(HALVES, NativeMemory.ALL, second, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, LANES, 0);
    lower
        .or(upper.lanewise(VectorOperators.LSHL, Short.SIZE))
        .intoMemorySegment(NativeMemory.ALL, to, ORDER);
  }

  /** Copies {@code registers} times 64 bytes. */
  static void copy(long from, long to, int registers) {
    for (int i = 0; i < registers; i++) {
      IntVector.fromMemorySegment(LANES, NativeMemory.ALL, from + 64L * i, ORDER)
          .intoMemorySegment(NativeMemory.ALL, to + 64L * i, ORDER);
    }
  }
}
