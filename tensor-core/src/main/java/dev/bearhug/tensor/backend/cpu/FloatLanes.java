package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Loads, stores and reductions of the widest float vectors of this processor. */
final class FloatLanes {

  /** Shape of all float vectors. */
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Ints with as many lanes. */
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

  /** Floats in one vector. */
  static final int LANES = FLOATS.length();

  /** Bytes of one vector. */
  static final int BYTES = 4 * LANES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private FloatLanes() {}

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, NativeMemory.ALL, address, ORDER);
  }

  /** Loads the lanes of {@code mask}; the others are zero and not read. */
  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(FLOATS, NativeMemory.ALL, address, ORDER, mask);
  }

  static void store(long address, FloatVector value) {
    value.intoMemorySegment(NativeMemory.ALL, address, ORDER);
  }

  static void store(long address, FloatVector value, VectorMask<Float> mask) {
    value.intoMemorySegment(NativeMemory.ALL, address, ORDER, mask);
  }

  static IntVector loadInts(long address) {
    return IntVector.fromMemorySegment(INTS, NativeMemory.ALL, address, ORDER);
  }

  static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  static FloatVector zero() {
    return FloatVector.zero(FLOATS);
  }

  /** The mask of the first {@code n - done} lanes. */
  static VectorMask<Float> tail(long done, long n) {
    return FLOATS.indexInRange(done, n);
  }

  /** The largest multiple of the lane count that is not above n. */
  static long whole(long n) {
    return n & -LANES;
  }

  /**
   * Adds up all lanes in a fixed order.
   *
   * <p>{@code reduceLanes(ADD)} promises no order and differs between interpreter and compiler.
   */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (LANES > 16) {
      return sumOfWide(v);
    }
    if (LANES >= 16) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES >= 8) {
      s = s.add(s.rearrange(BY_4));
    }
    if (LANES >= 4) {
      s = s.add(s.rearrange(BY_2));
    }
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  /** Adds up four accumulators and then all lanes, in a fixed order. */
  static float sum(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    return sum(a.add(b).add(c.add(d)));
  }

  /** The larger of each pair of lanes; a NaN in {@code candidate} is passed over. */
  static FloatVector maxIgnoringNan(FloatVector candidate, FloatVector max) {
    return max.blend(candidate, candidate.compare(VectorOperators.GT, max));
  }

  private static float sumOfWide(FloatVector v) {
    float sum = 0;
    for (float lane : v.toArray()) {
      sum += lane;
    }
    return sum;
  }

  private static VectorShuffle<Float> rotation(int distance) {
    return VectorShuffle.iota(FLOATS, distance % LANES, 1, true);
  }
}
