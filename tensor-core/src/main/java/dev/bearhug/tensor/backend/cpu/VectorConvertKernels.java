package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.INTS;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.loadInts;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import dev.bearhug.tensor.memory.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Conversions with SIMD where vectors have the instructions; the rest is plain. */
final class VectorConvertKernels implements ConvertKernels {

  /** As many shorts as there are floats in a vector. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FloatLanes.FLOATS.vectorBitSize() / 2));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final ScalarConvertKernels scalar = new ScalarConvertKernels();

  @Override
  public void floatToBf16(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      IntVector upper = toBf16(load(x + 4 * i));
      ShortVector narrow = (ShortVector) upper.convertShape(VectorOperators.I2S, SHORTS, 0);
      narrow.intoMemorySegment(NativeMemory.ALL, y + 2 * i, ORDER);
    }
    scalar.floatToBf16(x + 4 * end, y + 2 * end, n - end);
  }

  @Override
  public void bf16ToFloat(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      IntVector bits = loadShorts(x + 2 * i).lanewise(VectorOperators.LSHL, 16);
      store(y + 4 * i, bits.reinterpretAsFloats());
    }
    scalar.bf16ToFloat(x + 2 * end, y + 4 * end, n - end);
  }

  @Override
  public void floatToHalf(long x, long y, long n) {
    scalar.floatToHalf(x, y, n);
  }

  @Override
  public void halfToFloat(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      IntVector half = loadShorts(x + 2 * i);
      IntVector magnitude = half.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
      // The product rebases the exponent and makes denormals normal in one step.
      IntVector bits = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7C00 << 13);
      bits = bits.blend(magnitude.or(0x7F800000), special);
      IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
      store(y + 4 * i, bits.or(sign).reinterpretAsFloats());
    }
    scalar.halfToFloat(x + 2 * end, y + 4 * end, n - end);
  }

  @Override
  public void intToFloat(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, (FloatVector) loadInts(x + 4 * i).convert(VectorOperators.I2F, 0));
    }
    scalar.intToFloat(x + 4 * end, y + 4 * end, n - end);
  }

  @Override
  public void longToFloat(long x, long y, long n) {
    scalar.longToFloat(x, y, n);
  }

  private static IntVector loadShorts(long address) {
    ShortVector narrow = ShortVector.fromMemorySegment(SHORTS, NativeMemory.ALL, address, ORDER);
    return (IntVector) narrow.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  /** Rounds to bfloat16 in the lower half of each lane. */
  private static IntVector toBf16(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    VectorMask<Integer> nan = x.test(VectorOperators.IS_NAN).cast(INTS);
    return bits.add(odd)
        .add(0x7FFF)
        .blend(bits.or(0x00400000), nan)
        .lanewise(VectorOperators.LSHR, 16);
  }
}
