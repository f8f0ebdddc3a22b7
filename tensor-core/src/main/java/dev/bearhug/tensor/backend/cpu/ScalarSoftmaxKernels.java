package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

/** Softmax kernels as plain loops with double accumulation. */
final class ScalarSoftmaxKernels implements SoftmaxKernels {

  @Override
  public void softmaxRows(
      long x, float scale, long mask, long maskStride, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long maskRow = mask == NO_MASK ? NO_MASK : mask + 4 * r * maskStride;
      softmaxRow(x + 4 * r * cols, scale, maskRow, y + 4 * r * cols, cols);
    }
  }

  /** One row of {@link #softmaxRows}, whatever it holds. */
  static void softmaxRow(long x, float scale, long mask, long y, long cols) {
    float max = Float.NEGATIVE_INFINITY;
    for (long c = 0; c < cols; c++) {
      float value = getFloat(x + 4 * c) * scale;
      if (mask != NO_MASK) {
        value += getFloat(mask + 4 * c);
      }
      putFloat(y + 4 * c, value);
      max = Math.max(max, value);
    }
    // Where everything is masked each exponent is 0, hence uniform.
    boolean allMasked = max == Float.NEGATIVE_INFINITY;
    double sum = 0;
    for (long c = 0; c < cols; c++) {
      float e = allMasked ? 1 : (float) Math.exp((double) getFloat(y + 4 * c) - max);
      putFloat(y + 4 * c, e);
      sum += e;
    }
    float factor = (float) (1 / sum);
    for (long c = 0; c < cols; c++) {
      putFloat(y + 4 * c, getFloat(y + 4 * c) * factor);
    }
  }

  @Override
  public void softmaxGradRows(long y, long gy, float scale, long gx, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      double dot = 0;
      for (long c = row; c < row + 4 * cols; c += 4) {
        dot += (double) getFloat(gy + c) * getFloat(y + c);
      }
      for (long c = row; c < row + 4 * cols; c += 4) {
        putFloat(gx + c, (float) (scale * getFloat(y + c) * (getFloat(gy + c) - dot)));
      }
    }
  }

  @Override
  public void logSoftmaxRows(long x, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      logSoftmaxRow(x + 4 * r * cols, y + 4 * r * cols, cols);
    }
  }

  /** One row of {@link #logSoftmaxRows}, whatever it holds. */
  static void logSoftmaxRow(long x, long y, long cols) {
    double lse = logSumExp(x, cols);
    boolean allMasked = lse == Double.NEGATIVE_INFINITY;
    for (long c = 0; c < 4 * cols; c += 4) {
      putFloat(y + c, (float) (allMasked ? -Math.log(cols) : getFloat(x + c) - lse));
    }
  }

  @Override
  public void logSoftmaxGradRows(long y, long gy, long gx, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      double sum = 0;
      for (long c = row; c < row + 4 * cols; c += 4) {
        sum += getFloat(gy + c);
      }
      for (long c = row; c < row + 4 * cols; c += 4) {
        putFloat(gx + c, (float) (getFloat(gy + c) - Math.exp(getFloat(y + c)) * sum));
      }
    }
  }

  /** Returns log(sum(exp(x))); negative infinity when every element is. */
  static double logSumExp(long x, long n) {
    float max = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      max = Math.max(max, getFloat(x + 4 * i));
    }
    if (max == Float.NEGATIVE_INFINITY) {
      return max;
    }
    double sum = 0;
    for (long i = 0; i < n; i++) {
      sum += Math.exp((double) getFloat(x + 4 * i) - max);
    }
    return max + Math.log(sum);
  }
}
