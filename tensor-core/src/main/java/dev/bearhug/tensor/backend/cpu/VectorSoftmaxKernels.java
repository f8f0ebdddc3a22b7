package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.BYTES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.maxIgnoringNan;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax kernels with SIMD.
 *
 * <p>Rows whose maximum is negative infinity (masked, empty or all NaN) go to the plain kernel.
 */
final class VectorSoftmaxKernels implements SoftmaxKernels {

  /** Elements added up in float before they join the double sum. */
  private static final long BLOCK = 64L * LANES;

  private final ReduceKernels reduce;

  VectorSoftmaxKernels(ReduceKernels reduce) {
    this.reduce = reduce;
  }

  @Override
  public void softmaxRows(
      long x, float scale, long mask, long maskStride, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      if (mask == NO_MASK) {
        softmaxRow(x + row, scale, y + row, cols);
      } else {
        maskedSoftmaxRow(x + row, scale, mask + 4 * r * maskStride, y + row, cols);
      }
    }
  }

  @Override
  public void softmaxGradRows(long y, long gy, float scale, long gx, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      float dot = (float) reduce.dot(gy + row, y + row, cols);
      softmaxGradRow(y + row, gy + row, dot, scale, gx + row, cols);
    }
  }

  @Override
  public void logSoftmaxRows(long x, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      float max = scaledMax(x + row, 1, cols);
      if (max == Float.NEGATIVE_INFINITY) {
        ScalarSoftmaxKernels.logSoftmaxRow(x + row, y + row, cols);
        continue;
      }
      float log = (float) Math.log(sumOfExp(x + row, max, cols));
      subtractRow(x + row, max, log, y + row, cols);
    }
  }

  @Override
  public void logSoftmaxGradRows(long y, long gy, long gx, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      float sum = (float) reduce.sum(gy + row, cols);
      logSoftmaxGradRow(y + row, gy + row, sum, gx + row, cols);
    }
  }

  /** Returns log(sum(exp(x))); negative infinity when every element is. */
  static double logSumExp(long x, long n) {
    float max = scaledMax(x, 1, n);
    return max == Float.NEGATIVE_INFINITY
        ? ScalarSoftmaxKernels.logSumExp(x, n)
        : max + Math.log(sumOfExp(x, max, n));
  }

  private static void softmaxRow(long x, float scale, long y, long n) {
    float max = scaledMax(x, scale, n);
    if (max == Float.NEGATIVE_INFINITY) {
      ScalarSoftmaxKernels.softmaxRow(x, scale, NO_MASK, y, n);
      return;
    }
    double sum = 0;
    for (long start = 0; start < n; start += BLOCK) {
      long at = 4 * start;
      sum += storeExp(x + at, scale, max, y + at, Math.min(BLOCK, n - start));
    }
    VectorBinaries.run(BinaryOp.MUL, y, (float) (1 / sum), y, n);
  }

  private static void maskedSoftmaxRow(long x, float scale, long mask, long y, long n) {
    float max = maskedMax(x, scale, mask, n);
    if (max == Float.NEGATIVE_INFINITY) {
      ScalarSoftmaxKernels.softmaxRow(x, scale, mask, y, n);
      return;
    }
    double sum = 0;
    for (long start = 0; start < n; start += BLOCK) {
      long at = 4 * start;
      long size = Math.min(BLOCK, n - start);
      sum += storeMaskedExp(x + at, scale, mask + at, max, y + at, size);
    }
    VectorBinaries.run(BinaryOp.MUL, y, (float) (1 / sum), y, n);
  }

  /** The largest scale x that is not NaN. */
  private static float scaledMax(long x, float scale, long n) {
    FloatVector factor = broadcast(scale);
    FloatVector max0 = broadcast(Float.NEGATIVE_INFINITY);
    FloatVector max1 = max0;
    long i = 0;
    for (long end = n - n % (2L * LANES); i < end; i += 2L * LANES) {
      max0 = maxIgnoringNan(load(x + 4 * i).mul(factor), max0);
      max1 = maxIgnoringNan(load(x + 4 * i + BYTES).mul(factor), max1);
    }
    for (; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      FloatVector v = load(x + 4 * i, rest).mul(factor);
      max0 = max0.blend(v, v.compare(VectorOperators.GT, max0, rest));
    }
    return maxIgnoringNan(max1, max0).reduceLanes(VectorOperators.MAX);
  }

  private static float maskedMax(long x, float scale, long mask, long n) {
    FloatVector factor = broadcast(scale);
    FloatVector max = broadcast(Float.NEGATIVE_INFINITY);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      max = maxIgnoringNan(load(x + 4 * i).mul(factor).add(load(mask + 4 * i)), max);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor).add(load(mask + 4 * end, rest));
      max = max.blend(v, v.compare(VectorOperators.GT, max, rest));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  private static float storeExp(long x, float scale, float max, long y, long n) {
    FloatVector factor = broadcast(scale);
    FloatVector shift = broadcast(max);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector e = VectorMath.expOfNonPositive(load(x + 4 * i).mul(factor).sub(shift));
      store(y + 4 * i, e);
      sum = sum.add(e);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor).sub(shift);
      FloatVector e = VectorMath.expOfNonPositive(v);
      store(y + 4 * end, e, rest);
      sum = sum.add(zero().blend(e, rest));
    }
    return FloatLanes.sum(sum);
  }

  private static float storeMaskedExp(long x, float scale, long mask, float max, long y, long n) {
    FloatVector factor = broadcast(scale);
    FloatVector shift = broadcast(max);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector v = load(x + 4 * i).mul(factor).add(load(mask + 4 * i));
      FloatVector e = VectorMath.expOfNonPositive(v.sub(shift));
      store(y + 4 * i, e);
      sum = sum.add(e);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor).add(load(mask + 4 * end, rest));
      FloatVector e = VectorMath.expOfNonPositive(v.sub(shift));
      store(y + 4 * end, e, rest);
      sum = sum.add(zero().blend(e, rest));
    }
    return FloatLanes.sum(sum);
  }

  private static double sumOfExp(long x, float max, long n) {
    double sum = 0;
    for (long start = 0; start < n; start += BLOCK) {
      sum += blockSumOfExp(x + 4 * start, max, Math.min(BLOCK, n - start));
    }
    return sum;
  }

  private static float blockSumOfExp(long x, float max, long n) {
    FloatVector shift = broadcast(max);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      sum = sum.add(VectorMath.expOfNonPositive(load(x + 4 * i).sub(shift)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector e = VectorMath.expOfNonPositive(load(x + 4 * end, rest).sub(shift));
      sum = sum.add(zero().blend(e, rest));
    }
    return FloatLanes.sum(sum);
  }

  private static void subtractRow(long x, float max, float log, long y, long n) {
    FloatVector first = broadcast(max);
    FloatVector second = broadcast(log);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(x + 4 * i).sub(first).sub(second));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(x + 4 * end, rest).sub(first).sub(second), rest);
    }
  }

  private static void softmaxGradRow(long y, long gy, float dot, float scale, long gx, long n) {
    FloatVector mean = broadcast(dot);
    FloatVector factor = broadcast(scale);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector centred = load(gy + 4 * i).sub(mean);
      store(gx + 4 * i, centred.mul(load(y + 4 * i)).mul(factor));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector centred = load(gy + 4 * end, rest).sub(mean);
      store(gx + 4 * end, centred.mul(load(y + 4 * end, rest)).mul(factor), rest);
    }
  }

  private static void logSoftmaxGradRow(long y, long gy, float sum, long gx, long n) {
    FloatVector minus = broadcast(-sum);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector probability = VectorMath.expOfNonPositive(load(y + 4 * i));
      store(gx + 4 * i, probability.fma(minus, load(gy + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector probability = VectorMath.expOfNonPositive(load(y + 4 * end, rest));
      store(gx + 4 * end, probability.fma(minus, load(gy + 4 * end, rest)), rest);
    }
  }
}
