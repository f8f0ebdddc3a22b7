package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.BYTES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.zero;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Reductions with SIMD: float lanes within a block, double across blocks. */
final class VectorReduceKernels implements ReduceKernels {

  /** Elements added up in float before they join the double sum. */
  private static final long BLOCK = 64L * LANES;

  private static final int ROW_GROUP = 8;

  @Override
  public double sum(long x, long n) {
    double sum = 0;
    for (long start = 0; start < n; start += BLOCK) {
      sum += blockSum(x + 4 * start, Math.min(BLOCK, n - start));
    }
    return sum;
  }

  @Override
  public double sumOfSquares(long x, long n) {
    return dot(x, x, n);
  }

  @Override
  public double dot(long a, long b, long n) {
    double sum = 0;
    for (long start = 0; start < n; start += BLOCK) {
      sum += blockDot(a + 4 * start, b + 4 * start, Math.min(BLOCK, n - start));
    }
    return sum;
  }

  @Override
  public float max(long x, long n) {
    FloatVector max0 = broadcast(Float.NEGATIVE_INFINITY);
    FloatVector max1 = max0;
    long end = n - n % (2L * LANES);
    for (long i = 0; i < end; i += 2L * LANES) {
      max0 = max0.max(load(x + 4 * i));
      max1 = max1.max(load(x + 4 * i + BYTES));
    }
    for (long i = end; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      max0 = max0.blend(max0.max(load(x + 4 * i, rest)), rest);
    }
    return max0.max(max1).reduceLanes(VectorOperators.MAX);
  }

  @Override
  public float min(long x, long n) {
    FloatVector min0 = broadcast(Float.POSITIVE_INFINITY);
    FloatVector min1 = min0;
    long end = n - n % (2L * LANES);
    for (long i = 0; i < end; i += 2L * LANES) {
      min0 = min0.min(load(x + 4 * i));
      min1 = min1.min(load(x + 4 * i + BYTES));
    }
    for (long i = end; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      min0 = min0.blend(min0.min(load(x + 4 * i, rest)), rest);
    }
    return min0.min(min1).reduceLanes(VectorOperators.MIN);
  }

  @Override
  public void sumRows(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      putFloat(out + 4 * r, (float) sum(x + 4 * r * cols, cols));
    }
  }

  @Override
  public void sumColumns(long x, long out, long rows, long cols) {
    long r = 0;
    for (; r + ROW_GROUP <= rows; r += ROW_GROUP) {
      addEightRows(x + 4 * r * cols, 4 * cols, out, cols);
    }
    for (; r < rows; r++) {
      VectorBinaries.run(BinaryOp.ADD, out, x + 4 * r * cols, out, cols);
    }
  }

  @Override
  public void rowMax(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      putFloat(out + 4 * r, max(x + 4 * r * cols, cols));
    }
  }

  @Override
  public void rowArgMax(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = x + 4 * r * cols;
      putLong(out + 8 * r, indexOf(max(row, cols), row, cols));
    }
  }

  @Override
  public void rowArgMin(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = x + 4 * r * cols;
      putLong(out + 8 * r, indexOf(min(row, cols), row, cols));
    }
  }

  private static float blockSum(long x, long n) {
    FloatVector s0 = zero();
    FloatVector s1 = zero();
    FloatVector s2 = zero();
    FloatVector s3 = zero();
    long i = 0;
    for (long end = n - n % (4L * LANES); i < end; i += 4L * LANES) {
      long at = x + 4 * i;
      s0 = s0.add(load(at));
      s1 = s1.add(load(at + BYTES));
      s2 = s2.add(load(at + 2L * BYTES));
      s3 = s3.add(load(at + 3L * BYTES));
    }
    for (long end = whole(n); i < end; i += LANES) {
      s0 = s0.add(load(x + 4 * i));
    }
    if (i < n) {
      s1 = s1.add(load(x + 4 * i, tail(i, n)));
    }
    return FloatLanes.sum(s0, s1, s2, s3);
  }

  private static float blockDot(long a, long b, long n) {
    FloatVector s0 = zero();
    FloatVector s1 = zero();
    FloatVector s2 = zero();
    FloatVector s3 = zero();
    long i = 0;
    for (long end = n - n % (4L * LANES); i < end; i += 4L * LANES) {
      long p = a + 4 * i;
      long q = b + 4 * i;
      s0 = load(p).fma(load(q), s0);
      s1 = load(p + BYTES).fma(load(q + BYTES), s1);
      s2 = load(p + 2L * BYTES).fma(load(q + 2L * BYTES), s2);
      s3 = load(p + 3L * BYTES).fma(load(q + 3L * BYTES), s3);
    }
    for (long end = whole(n); i < end; i += LANES) {
      s0 = load(a + 4 * i).fma(load(b + 4 * i), s0);
    }
    if (i < n) {
      VectorMask<Float> rest = tail(i, n);
      s1 = load(a + 4 * i, rest).fma(load(b + 4 * i, rest), s1);
    }
    return FloatLanes.sum(s0, s1, s2, s3);
  }

  private static void addEightRows(long x, long stride, long out, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      long at = x + 4 * i;
      FloatVector a = load(at).add(load(at + stride));
      FloatVector b = load(at + 2 * stride).add(load(at + 3 * stride));
      FloatVector c = load(at + 4 * stride).add(load(at + 5 * stride));
      FloatVector d = load(at + 6 * stride).add(load(at + 7 * stride));
      store(out + 4 * i, load(out + 4 * i).add(a.add(b).add(c.add(d))));
    }
    for (long i = end; i < n; i++) {
      long at = x + 4 * i;
      float a = getFloat(at) + getFloat(at + stride);
      float b = getFloat(at + 2 * stride) + getFloat(at + 3 * stride);
      float c = getFloat(at + 4 * stride) + getFloat(at + 5 * stride);
      float d = getFloat(at + 6 * stride) + getFloat(at + 7 * stride);
      putFloat(out + 4 * i, getFloat(out + 4 * i) + ((a + b) + (c + d)));
    }
  }

  /** The first position of {@code value} (of any NaN if it is NaN); 0 if there is none. */
  private static long indexOf(float value, long x, long n) {
    boolean nan = Float.isNaN(value);
    for (long i = 0; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      FloatVector v = load(x + 4 * i, rest);
      VectorMask<Float> hit =
          nan ? v.test(VectorOperators.IS_NAN) : v.compare(VectorOperators.EQ, value);
      VectorMask<Float> found = hit.and(rest);
      if (found.anyTrue()) {
        return i + found.firstTrue();
      }
    }
    return 0;
  }
}
