package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Cross entropy with SIMD. */
final class VectorLossKernels implements LossKernels {

  private final MapKernels map;
  private final ReduceKernels reduce;

  VectorLossKernels(MapKernels map, ReduceKernels reduce) {
    this.map = map;
    this.reduce = reduce;
  }

  @Override
  public void crossEntropyRows(
      long logits,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      long loss,
      long logSumExp,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r++) {
      long row = logits + 4 * r * cols;
      double lse = VectorSoftmaxKernels.logSumExp(row, cols);
      putFloat(logSumExp + 4 * r, (float) lse);
      long target = getLong(targets + 8 * r);
      if (target == ignoreIndex) {
        putFloat(loss + 4 * r, 0);
        continue;
      }
      ScalarLossKernels.checkTarget(target, r, cols);
      double value = (1 - labelSmoothing) * (lse - getFloat(row + 4 * target));
      if (labelSmoothing != 0) {
        value += labelSmoothing * (lse - reduce.sum(row, cols) / cols);
      }
      putFloat(loss + 4 * r, (float) value);
    }
  }

  @Override
  public void crossEntropyGradRows(
      long logits,
      long logSumExp,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      float scale,
      long rowScale,
      long glogits,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      long target = getLong(targets + 8 * r);
      if (target == ignoreIndex) {
        map.fill(0, glogits + row, cols);
        continue;
      }
      ScalarLossKernels.checkTarget(target, r, cols);
      float factor = rowScale == 0 ? scale : scale * getFloat(rowScale + 4 * r);
      float lse = getFloat(logSumExp + 4 * r);
      float uniform = labelSmoothing / cols;
      // Read before the row is overwritten: the hit needs its difference taken before scaling.
      double hit = Math.exp((double) getFloat(logits + row + 4 * target) - lse);
      scaledSoftmax(logits + row, lse, factor, uniform, glogits + row, cols);
      double value = factor * (hit - (1 - labelSmoothing) - uniform);
      putFloat(glogits + row + 4 * target, (float) value);
    }
  }

  /** Writes {@code g = factor (exp(x - lse) - uniform)}. */
  private static void scaledSoftmax(
      long x, float lse, float factor, float uniform, long g, long n) {
    FloatVector shift = broadcast(lse);
    FloatVector scale = broadcast(factor);
    FloatVector share = broadcast(uniform);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector p = VectorMath.expOfNonPositive(load(x + 4 * i).sub(shift));
      store(g + 4 * i, p.sub(share).mul(scale));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector p = VectorMath.expOfNonPositive(load(x + 4 * end, rest).sub(shift));
      store(g + 4 * end, p.sub(share).mul(scale), rest);
    }
  }
}
