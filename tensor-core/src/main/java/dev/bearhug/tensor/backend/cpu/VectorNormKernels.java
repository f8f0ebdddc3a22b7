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

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Normalisation kernels with SIMD.
 *
 * <p>Mean and variance come from one pass over differences from the mean of the first elements, or
 * from a second one over differences from the mean that the first gave, where the estimate was off
 * by more than a standard deviation. So nothing cancels, and float lanes are as exact as double.
 * Rows whose squares overflow go to the plain kernel.
 */
final class VectorNormKernels implements NormKernels {

  /** Elements added up in float before they join the double sum. */
  private static final long BLOCK = 64L * LANES;

  private final ReduceKernels reduce;
  private final ScalarNormKernels scalar = new ScalarNormKernels();

  VectorNormKernels(ReduceKernels reduce) {
    this.reduce = reduce;
  }

  @Override
  public void layerNormRows(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      double eps) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      layerNormRow(x + row, weight, bias, y + row, item(mean, r), item(rstd, r), cols, eps);
    }
  }

  @Override
  public void residualLayerNormRows(
      long x,
      long residual,
      long sum,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      double eps) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      VectorBinaries.run(BinaryOp.ADD, x + row, residual + row, sum + row, cols);
      layerNormRow(sum + row, weight, bias, y + row, item(mean, r), item(rstd, r), cols, eps);
    }
  }

  @Override
  public void layerNormGradRows(
      long gy,
      long x,
      long mean,
      long rstd,
      long weight,
      long gx,
      long gweight,
      long gbias,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      float m = getFloat(mean + 4 * r);
      float scale = getFloat(rstd + 4 * r);
      if (weight != 0 && gweight != 0 && gbias != 0) {
        gradRow(gy + row, x + row, m, scale, weight, gx + row, gweight, gbias, cols);
        continue;
      }
      if (gbias != 0) {
        VectorBinaries.run(BinaryOp.ADD, gbias, gy + row, gbias, cols);
      }
      if (gweight != 0) {
        addProduct(gy + row, x + row, m, scale, gweight, cols);
      }
      if (weight == 0) {
        float sum = (float) (reduce.sum(gy + row, cols) / cols);
        float dot = (float) (dotNormal(gy + row, x + row, m, scale, cols) / cols);
        inputGrad(gy + row, x + row, m, scale, sum, dot, gx + row, cols);
      } else {
        float sum = (float) (reduce.dot(gy + row, weight, cols) / cols);
        float dot = (float) (dotNormal(gy + row, weight, x + row, m, scale, cols) / cols);
        inputGrad(gy + row, weight, x + row, m, scale, sum, dot, gx + row, cols);
      }
    }
  }

  /** A row whose input, weight and bias all take gradients: two passes. */
  private static void gradRow(
      long gy,
      long x,
      float mean,
      float rstd,
      long weight,
      long gx,
      long gweight,
      long gbias,
      long cols) {
    double sum = 0;
    double dot = 0;
    for (long start = 0; start < cols; start += BLOCK) {
      long at = 4 * start;
      long size = Math.min(BLOCK, cols - start);
      long sums =
          parameterGrads(gy + at, x + at, mean, rstd, weight + at, gweight + at, gbias + at, size);
      sum += first(sums);
      dot += second(sums);
    }
    float meanOfGrads = (float) (sum / cols);
    float meanOfDots = (float) (dot * rstd / cols);
    inputGrad(gy, weight, x, mean, rstd, meanOfGrads, meanOfDots, gx, cols);
  }

  @Override
  public void rmsNormRows(
      long x, long weight, long y, long rstd, long rows, long cols, double eps) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      double squares = reduce.sumOfSquares(x + row, cols);
      if (!(squares <= Float.MAX_VALUE)) {
        scalar.rmsNormRows(x + row, weight, y + row, item(rstd, r), 1, cols, eps);
        continue;
      }
      double scale = 1 / Math.sqrt(squares / cols + eps);
      VectorBinaries.run(BinaryOp.MUL, x + row, (float) scale, y + row, cols);
      if (weight != 0) {
        VectorBinaries.run(BinaryOp.MUL, y + row, weight, y + row, cols);
      }
      if (rstd != 0) {
        putFloat(rstd + 4 * r, (float) scale);
      }
    }
  }

  @Override
  public void rmsNormGradRows(
      long gy, long x, long rstd, long weight, long gx, long gweight, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      float scale = getFloat(rstd + 4 * r);
      if (gweight != 0) {
        addProduct(gy + row, x + row, 0, scale, gweight, cols);
      }
      if (weight == 0) {
        float dot = (float) (dotNormal(gy + row, x + row, 0, scale, cols) / cols);
        inputGrad(gy + row, x + row, 0, scale, 0, dot, gx + row, cols);
      } else {
        float dot = (float) (dotNormal(gy + row, weight, x + row, 0, scale, cols) / cols);
        inputGrad(gy + row, weight, x + row, 0, scale, 0, dot, gx + row, cols);
      }
    }
  }

  private static long item(long vector, long row) {
    return vector == 0 ? 0 : vector + 4 * row;
  }

  private void layerNormRow(
      long x, long weight, long bias, long y, long mean, long rstd, long cols, double eps) {
    float near = estimate(x, cols);
    double lost;
    double squares;
    for (boolean estimated = true; ; estimated = false) {
      lost = 0;
      squares = 0;
      for (long start = 0; start < cols; start += BLOCK) {
        long moments = centredMoments(x + 4 * start, near, Math.min(BLOCK, cols - start));
        lost += first(moments);
        squares += second(moments);
      }
      if (!estimated || 2 * lost * lost <= squares * cols) {
        break;
      }
      near = (float) (near + lost / cols);
    }
    if (!(squares <= Float.MAX_VALUE)) {
      scalar.layerNormRows(x, weight, bias, y, mean, rstd, 1, cols, eps);
      return;
    }
    lost /= cols;
    double scale = 1 / Math.sqrt(Math.max(squares / cols - lost * lost, 0) + eps);
    float shift = (float) (-lost * scale);
    if (weight != 0 && bias != 0) {
      normaliseAffine(x, near, (float) scale, shift, weight, bias, y, cols);
    } else {
      normalise(x, near, (float) scale, shift, y, cols);
      if (weight != 0) {
        VectorBinaries.run(BinaryOp.MUL, y, weight, y, cols);
      } else if (bias != 0) {
        VectorBinaries.run(BinaryOp.ADD, y, bias, y, cols);
      }
    }
    if (mean != 0) {
      putFloat(mean, (float) (near + lost));
    }
    if (rstd != 0) {
      putFloat(rstd, (float) scale);
    }
  }

  /** The mean of the first elements. */
  private static float estimate(long x, long n) {
    return n < LANES
        ? FloatLanes.sum(load(x, tail(0, n))) / n
        : FloatLanes.sum(load(x)) * (1f / LANES);
  }

  private static void normaliseAffine(
      long x, float mean, float rstd, float shift, long weight, long bias, long y, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector scale = broadcast(rstd);
    FloatVector offset = broadcast(shift);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector normal = load(x + 4 * i).sub(centre).fma(scale, offset);
      store(y + 4 * i, normal.fma(load(weight + 4 * i), load(bias + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      FloatVector normal = load(x + at, rest).sub(centre).fma(scale, offset);
      store(y + at, normal.fma(load(weight + at, rest), load(bias + at, rest)), rest);
    }
  }

  private static void normalise(long x, float mean, float rstd, float shift, long y, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector scale = broadcast(rstd);
    FloatVector offset = broadcast(shift);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(x + 4 * i).sub(centre).fma(scale, offset));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(x + 4 * end, rest).sub(centre).fma(scale, offset), rest);
    }
  }

  /** Adds {@code gy (x - mean) rstd} to {@code out}. */
  private static void addProduct(long gy, long x, float mean, float rstd, long out, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector scale = broadcast(rstd);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector normal = load(x + 4 * i).sub(centre).mul(scale);
      store(out + 4 * i, load(gy + 4 * i).fma(normal, load(out + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      FloatVector normal = load(x + at, rest).sub(centre).mul(scale);
      store(out + at, load(gy + at, rest).fma(normal, load(out + at, rest)), rest);
    }
  }

  /** The sum of {@code gy (x - mean) rstd}. */
  private static double dotNormal(long gy, long x, float mean, float rstd, long n) {
    double total = 0;
    for (long start = 0; start < n; start += BLOCK) {
      long at = 4 * start;
      total += blockDot(gy + at, x + at, mean, Math.min(BLOCK, n - start));
    }
    return total * rstd;
  }

  /** The sum of {@code gy weight (x - mean) rstd}. */
  private static double dotNormal(long gy, long weight, long x, float mean, float rstd, long n) {
    double total = 0;
    for (long start = 0; start < n; start += BLOCK) {
      long at = 4 * start;
      total += blockDot(gy + at, weight + at, x + at, mean, Math.min(BLOCK, n - start));
    }
    return total * rstd;
  }

  /** The sums of {@code x - mean} and of its square, see {@link #pair}. */
  private static long centredMoments(long x, float mean, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector s0 = zero();
    FloatVector s1 = zero();
    FloatVector s2 = zero();
    FloatVector s3 = zero();
    FloatVector q0 = zero();
    FloatVector q1 = zero();
    FloatVector q2 = zero();
    FloatVector q3 = zero();
    long i = 0;
    for (long end = n - n % (4L * LANES); i < end; i += 4L * LANES) {
      long at = x + 4 * i;
      FloatVector a = load(at).sub(centre);
      FloatVector b = load(at + BYTES).sub(centre);
      FloatVector c = load(at + 2L * BYTES).sub(centre);
      FloatVector d = load(at + 3L * BYTES).sub(centre);
      s0 = s0.add(a);
      s1 = s1.add(b);
      s2 = s2.add(c);
      s3 = s3.add(d);
      q0 = a.fma(a, q0);
      q1 = b.fma(b, q1);
      q2 = c.fma(c, q2);
      q3 = d.fma(d, q3);
    }
    for (; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      FloatVector u = zero().blend(load(x + 4 * i, rest).sub(centre), rest);
      s0 = s0.add(u);
      q0 = u.fma(u, q0);
    }
    return pair(FloatLanes.sum(s0, s1, s2, s3), FloatLanes.sum(q0, q1, q2, q3));
  }

  /** Two floats as one number: a result that needs no object. */
  private static long pair(float first, float second) {
    return (long) Float.floatToRawIntBits(first) << 32
        | Float.floatToRawIntBits(second) & 0xFFFFFFFFL;
  }

  private static float first(long pair) {
    return Float.intBitsToFloat((int) (pair >> 32));
  }

  private static float second(long pair) {
    return Float.intBitsToFloat((int) pair);
  }

  /**
   * Adds {@code gy} to gbias and {@code gy (x - mean) rstd} to gweight; returns the sums of {@code
   * gy weight} and of {@code gy weight (x - mean)}, see {@link #pair}.
   */
  private static long parameterGrads(
      long gy, long x, float mean, float rstd, long weight, long gweight, long gbias, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector scale = broadcast(rstd);
    FloatVector sum = zero();
    FloatVector dot = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      long at = 4 * i;
      FloatVector g = load(gy + at);
      FloatVector centred = load(x + at).sub(centre);
      FloatVector weighted = g.mul(load(weight + at));
      store(gbias + at, load(gbias + at).add(g));
      store(gweight + at, g.fma(centred.mul(scale), load(gweight + at)));
      sum = sum.add(weighted);
      dot = weighted.fma(centred, dot);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      FloatVector g = load(gy + at, rest);
      FloatVector centred = load(x + at, rest).sub(centre);
      FloatVector weighted = g.mul(load(weight + at, rest));
      store(gbias + at, load(gbias + at, rest).add(g), rest);
      store(gweight + at, g.fma(centred.mul(scale), load(gweight + at, rest)), rest);
      sum = sum.add(weighted);
      dot = weighted.fma(centred, dot);
    }
    return pair(FloatLanes.sum(sum), FloatLanes.sum(dot));
  }

  private static float blockDot(long gy, long x, float mean, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      sum = load(gy + 4 * i).fma(load(x + 4 * i).sub(centre), sum);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      sum = load(gy + 4 * end, rest).fma(load(x + 4 * end, rest).sub(centre), sum);
    }
    return FloatLanes.sum(sum);
  }

  private static float blockDot(long gy, long weight, long x, float mean, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector g = load(gy + 4 * i).mul(load(weight + 4 * i));
      sum = g.fma(load(x + 4 * i).sub(centre), sum);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector g = load(gy + 4 * end, rest).mul(load(weight + 4 * end, rest));
      sum = g.fma(load(x + 4 * end, rest).sub(centre), sum);
    }
    return FloatLanes.sum(sum);
  }

  /** Writes {@code gx = rstd (gy - sum - (x - mean) rstd dot)}. */
  private static void inputGrad(
      long gy, long x, float mean, float rstd, float sum, float dot, long gx, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector slope = broadcast(-rstd * dot);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector g = load(gy + 4 * i).sub(sum);
      store(gx + 4 * i, load(x + 4 * i).sub(centre).fma(slope, g).mul(rstd));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector g = load(gy + 4 * end, rest).sub(sum);
      store(gx + 4 * end, load(x + 4 * end, rest).sub(centre).fma(slope, g).mul(rstd), rest);
    }
  }

  /** Writes {@code gx = rstd (gy weight - sum - (x - mean) rstd dot)}. */
  private static void inputGrad(
      long gy, long weight, long x, float mean, float rstd, float sum, float dot, long gx, long n) {
    FloatVector centre = broadcast(mean);
    FloatVector slope = broadcast(-rstd * dot);
    FloatVector minus = broadcast(-sum);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector g = load(gy + 4 * i).fma(load(weight + 4 * i), minus);
      store(gx + 4 * i, load(x + 4 * i).sub(centre).fma(slope, g).mul(rstd));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      FloatVector g = load(gy + at, rest).fma(load(weight + at, rest), minus);
      store(gx + at, load(x + at, rest).sub(centre).fma(slope, g).mul(rstd), rest);
    }
  }
}
