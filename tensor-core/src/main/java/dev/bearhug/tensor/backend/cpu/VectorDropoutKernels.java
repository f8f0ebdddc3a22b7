package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.FLOATS;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.zero;

import dev.bearhug.tensor.memory.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dropout with SIMD: one Philox block per 64-bit lane, the same bits as {@link
 * dev.bearhug.tensor.backend.Philox}.
 */
final class VectorDropoutKernels implements DropoutKernels {

  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, FLOATS.vectorShape());
  private static final int BLOCKS = LONGS.length();

  /** Elements of one step: four words per block, two float vectors. */
  private static final int STEP = 4 * BLOCKS;

  /** Elements whose words are drawn at a time. */
  private static final long CHUNK = 16L * STEP;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ThreadLocal<NativeBuffer> WORDS = ThreadLocal.withInitial(NativeBuffer::new);

  private static final long LOW_32 = 0xFFFFFFFFL;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;
  private static final VectorShuffle<Long> ZIP_LOWER = VectorShuffle.makeZip(LONGS, 0);
  private static final VectorShuffle<Long> ZIP_UPPER = VectorShuffle.makeZip(LONGS, 1);
  private static final LongVector LANE = LongVector.zero(LONGS).addIndex(1);

  private final ScalarDropoutKernels scalar = new ScalarDropoutKernels();

  @Override
  public void dropout(long x, long y, long lo, long hi, long seed, long stream, float p) {
    long start = Math.min(hi, (lo + STEP - 1) / STEP * STEP);
    long end = Math.max(start, hi / STEP * STEP);
    scalar.dropout(x, y, lo, start, seed, stream, p);
    int threshold = threshold(p);
    float scale = ScalarDropoutKernels.keepScale(p);
    long words = start < end ? WORDS.get().reserve(4L * CHUNK) : 0;
    for (long i = start; i < end; i += CHUNK) {
      long count = Math.min(CHUNK, end - i);
      draw(words, i / 4, count, seed, stream);
      apply(x + 4 * i, y + 4 * i, words, count, threshold, scale);
    }
    scalar.dropout(x, y, end, hi, seed, stream, p);
  }

  @Override
  public long factors(long to, long first, long count, long seed, long stream, float p) {
    long start = first - first % 4;
    long all = (first + count - start + STEP - 1) / STEP * STEP;
    draw(to, start / 4, all, seed, stream);
    toFactors(to, all, threshold(p), ScalarDropoutKernels.keepScale(p));
    return to + 4 * (first - start);
  }

  /**
   * The word of a kept element, shifted right by 8, is at least this: it is an integer, so
   * comparing with the next integer above p 2^24 is exact.
   */
  private static int threshold(float p) {
    return (int) Math.ceil(p * 0x1p24);
  }

  /** Writes random words; apart from their use because the compiler inlines only so much. */
  private static void draw(long to, long block, long count, long seed, long stream) {
    for (long i = 0; i < count; i += STEP) {
      step(to + 4 * i, block + i / 4, seed, stream);
    }
  }

  private static void step(long to, long block, long seed, long stream) {
    LongVector counter = LANE.add(block);
    LongVector c0 = counter.and(LOW_32);
    LongVector c1 = counter.lanewise(VectorOperators.LSHR, 32);
    LongVector c2 = LongVector.broadcast(LONGS, stream & LOW_32);
    LongVector c3 = LongVector.broadcast(LONGS, stream >>> 32);
    int key0 = (int) seed;
    int key1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      LongVector product0 = c0.mul(MULTIPLIER_0);
      LongVector product1 = c2.mul(MULTIPLIER_1);
      c0 = product1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
      c0 = c0.lanewise(VectorOperators.XOR, key0 & LOW_32);
      c2 = product0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
      c2 = c2.lanewise(VectorOperators.XOR, key1 & LOW_32);
      c1 = product1.and(LOW_32);
      c3 = product0.and(LOW_32);
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
    LongVector words01 = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
    LongVector words23 = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
    words01.rearrange(ZIP_LOWER, words23).intoMemorySegment(NativeMemory.ALL, to, ORDER);
    words01
        .rearrange(ZIP_UPPER, words23)
        .intoMemorySegment(NativeMemory.ALL, to + 4L * LANES, ORDER);
  }

  private static void apply(long x, long y, long words, long count, int threshold, float scale) {
    for (long at = 0; at < 4 * count; at += FloatLanes.BYTES) {
      VectorMask<Integer> keep =
          FloatLanes.loadInts(words + at)
              .lanewise(VectorOperators.LSHR, 8)
              .compare(VectorOperators.GE, threshold);
      store(y + at, zero().blend(load(x + at).mul(scale), keep.cast(FLOATS)));
    }
  }

  /** Replaces words by factors. */
  private static void toFactors(long words, long count, int threshold, float scale) {
    FloatVector kept = FloatLanes.broadcast(scale);
    for (long at = 0; at < 4 * count; at += FloatLanes.BYTES) {
      VectorMask<Integer> keep =
          FloatLanes.loadInts(words + at)
              .lanewise(VectorOperators.LSHR, 8)
              .compare(VectorOperators.GE, threshold);
      store(words + at, zero().blend(kept, keep.cast(FLOATS)));
    }
  }
}
