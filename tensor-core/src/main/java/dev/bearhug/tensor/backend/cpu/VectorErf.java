package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.FLOATS;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The error function over memory.
 *
 * <p>Its formula is larger than what the compiler inlines into one loop (it stops at a number of
 * nodes and then leaves vectors on the heap). So a first loop keeps the tails of a chunk in the
 * first cache and a second one does the rest.
 */
final class VectorErf {

  /** Elements of a chunk: 4 KiB of tails. */
  private static final int CHUNK = 1024;

  private VectorErf() {}

  static void erf(long x, long y, long n) {
    float[] tails = scratch(n);
    for (long start = 0; start < n; start += CHUNK) {
      int size = (int) Math.min(CHUNK, n - start);
      errorTails(x + 4 * start, tails, size);
      erfChunk(x + 4 * start, tails, y + 4 * start, size);
    }
  }

  private static float[] scratch(long n) {
    return new float[(int) Math.min(n, CHUNK) + LANES];
  }

  private static void errorTails(long x, float[] tails, int n) {
    int end = (int) whole(n);
    for (int i = 0; i < end; i += LANES) {
      VectorMath.errorTail(load(x + 4L * i)).intoArray(tails, i);
    }
    if (end < n) {
      VectorMath.errorTail(load(x + 4L * end, tail(end, n))).intoArray(tails, end);
    }
  }

  private static void erfChunk(long x, float[] tails, long y, int n) {
    int end = (int) whole(n);
    for (int i = 0; i < end; i += LANES) {
      FloatVector t = FloatVector.fromArray(FLOATS, tails, i);
      store(y + 4L * i, VectorMath.erf(load(x + 4L * i), t));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector t = FloatVector.fromArray(FLOATS, tails, end);
      store(y + 4L * end, VectorMath.erf(load(x + 4L * end, rest), t), rest);
    }
  }
}
