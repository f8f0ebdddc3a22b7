package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.INTS;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.loadInts;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.DynamicCode;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Codes of one byte with SIMD: the tables of {@link DynamicCode} are registers, and the decade of
 * each lane selects from them. Needs eight lanes.
 */
final class VectorBlockCodeKernels implements BlockCodeKernels {

  /** As many bytes as there are floats in a vector. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(FloatLanes.FLOATS.vectorBitSize() / 4));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int ROUNDER_BITS = Float.floatToRawIntBits(DynamicCode.ROUNDER);

  /** Exponent and sign of a float, which hold the power of two below a whole number. */
  private static final int POWER = 0xff800000;

  private static final Book SIGNED = Book.of(DynamicCode.SIGNED);
  private static final Book UNSIGNED = Book.of(DynamicCode.UNSIGNED);

  private final ScalarBlockCodeKernels scalar = new ScalarBlockCodeKernels();

  /**
   * A code book: the tables as bits, repeated to fill a vector.
   *
   * @param zero code of rank 0
   * @param first lowest rank of a value above 0
   * @param shift makes the decade of the lower bits of a rank's exponent
   * @param sizeBits which bits of a number make its size
   */
  private record Book(
      int zero,
      int first,
      int shift,
      int sizeBits,
      int[] start,
      int[] step,
      int[] edge,
      int[] slope,
      int[] offset,
      int[] most) {

    static Book of(DynamicCode code) {
      DynamicCode.Tables t = code.tables();
      boolean signed = code.isSigned();
      return new Book(
          signed ? DynamicCode.SIGNED_ZERO : -1,
          signed ? 1 : 2,
          signed ? 1 : 0,
          signed ? 0x7fffffff : -1,
          lanes(t.start()),
          lanes(t.step()),
          lanes(t.edge()),
          lanes(t.slope()),
          lanes(t.offset()),
          lanes(t.most()));
    }

    private static int[] lanes(float[] table) {
      int[] bits = new int[LANES];
      for (int i = 0; i < LANES; i++) {
        bits[i] = Float.floatToRawIntBits(table[i % table.length]);
      }
      return bits;
    }
  }

  @Override
  public void decode(DynamicCode code, long codes, float scale, long values, int n) {
    int end = (int) whole(n);
    decode(code.isSigned() ? SIGNED : UNSIGNED, codes, scale, values, end);
    scalar.decode(code, codes + end, scale, values + 4L * end, n - end);
  }

  @Override
  public float encode(DynamicCode code, long values, long codes, int n) {
    int end = (int) whole(n);
    int rest = ScalarBlockCodeKernels.largestSize(values + 4L * end, n - end);
    float scale = ScalarBlockCodeKernels.scale(Math.max(largestSize(values, end), rest));
    float inverse = ScalarBlockCodeKernels.inverse(scale);
    if (!(scale < Float.POSITIVE_INFINITY)) {
      ScalarBlockCodeKernels.fill(code, codes, n);
      return scale;
    }
    encode(code.isSigned() ? SIGNED : UNSIGNED, values, codes, end, inverse);
    ScalarBlockCodeKernels.encode(code, values + 4L * end, codes + end, n - end, inverse);
    return scale;
  }

  private static int largestSize(long values, int n) {
    IntVector largest = IntVector.zero(INTS);
    for (int i = 0; i < n; i += LANES) {
      largest = largest.max(loadInts(values + 4L * i).and(0x7fffffff));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  // Long loops without helpers of some size: compiled on its own, such a helper would not be
  // inlined any more, and each call would pass its vectors through the heap.

  private static void decode(Book book, long codes, float scale, long values, int n) {
    IntVector start = table(book.start());
    IntVector step = table(book.step());
    int zero = book.zero();
    int first = book.first();
    int shift = book.shift();
    for (int i = 0; i < n; i += LANES) {
      IntVector place = loadBytes(codes + i).sub(zero);
      IntVector rank = place.abs();
      FloatVector number = (FloatVector) rank.convert(VectorOperators.I2F, 0);
      IntVector bits = number.reinterpretAsInts();
      FloatVector j = number.sub(bits.and(POWER).reinterpretAsFloats());
      IntVector decade = bits.lanewise(VectorOperators.LSHR, 23).add(shift);
      FloatVector size = j.mul(select(step, decade)).add(select(start, decade));
      size = size.blend(0f, rank.compare(VectorOperators.LT, first).cast(FloatLanes.FLOATS));
      IntVector sign = place.and(Integer.MIN_VALUE);
      store(values + 4L * i, size.reinterpretAsInts().or(sign).reinterpretAsFloats().mul(scale));
    }
  }

  /** Writes the codes of numbers times a factor. */
  private static void encode(Book book, long values, long codes, int n, float inverse) {
    IntVector edge = table(book.edge());
    IntVector slope = table(book.slope());
    IntVector offset = table(book.offset());
    IntVector most = table(book.most());
    IntVector half = IntVector.broadcast(INTS, book.edge()[4]);
    IntVector none = IntVector.zero(INTS);
    int zero = book.zero();
    int sizeBits = book.sizeBits();
    // In the unsigned book, what is above 0 does not get the code of 0.
    int least = zero < 0 && inverse > 0 ? 1 : 0;
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = load(values + 4L * i);
      IntVector bits = value.mul(inverse).reinterpretAsInts();
      // Sizes and edges are not negative, so they compare as whole numbers do.
      IntVector size = bits.and(sizeBits);
      // The decade is found by halving.
      IntVector decade = none.blend(4, size.compare(VectorOperators.GT, half));
      IntVector next = decade.add(2);
      decade = decade.blend(next, size.compare(VectorOperators.GT, next.selectFrom(edge)));
      next = decade.add(1);
      decade = decade.blend(next, size.compare(VectorOperators.GT, next.selectFrom(edge)));
      FloatVector line =
          size.reinterpretAsFloats().mul(select(slope, decade)).add(select(offset, decade));
      IntVector rank = line.reinterpretAsInts().min(decade.selectFrom(most));
      // With its sign, rounding makes a rank the distance from the code of 0.
      FloatVector place = rank.or(bits.and(~sizeBits)).reinterpretAsFloats();
      IntVector code = place.add(DynamicCode.ROUNDER).reinterpretAsInts().sub(ROUNDER_BITS - zero);
      IntVector lowest = value.reinterpretAsInts().min(least).max(0);
      storeBytes(codes + i, code.max(lowest));
    }
  }

  private static IntVector table(int[] bits) {
    return IntVector.fromArray(INTS, bits, 0);
  }

  /** Takes indexes modulo the lanes, and thus modulo the eight numbers of a table. */
  private static FloatVector select(IntVector table, IntVector index) {
    return index.selectFrom(table).reinterpretAsFloats();
  }

  private static IntVector loadBytes(long address) {
    ByteVector narrow = ByteVector.fromMemorySegment(BYTES, NativeMemory.ALL, address, ORDER);
    return (IntVector) narrow.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }

  private static void storeBytes(long address, IntVector codes) {
    ByteVector narrow = (ByteVector) codes.convertShape(VectorOperators.I2B, BYTES, 0);
    narrow.intoMemorySegment(NativeMemory.ALL, address, ORDER);
  }
}
