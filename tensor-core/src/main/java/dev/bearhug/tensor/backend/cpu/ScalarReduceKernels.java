package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;

import java.util.Arrays;

/** Reductions as plain loops with double accumulation. */
final class ScalarReduceKernels implements ReduceKernels {

  private static final int COLUMN_STRIP = 512;

  @Override
  public double sum(long x, long n) {
    double sum = 0;
    for (long i = 0; i < n; i++) {
      sum += getFloat(x + 4 * i);
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
    for (long i = 0; i < n; i++) {
      sum += (double) getFloat(a + 4 * i) * getFloat(b + 4 * i);
    }
    return sum;
  }

  @Override
  public float max(long x, long n) {
    float max = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      max = Math.max(max, getFloat(x + 4 * i));
    }
    return max;
  }

  @Override
  public float min(long x, long n) {
    float min = Float.POSITIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      min = Math.min(min, getFloat(x + 4 * i));
    }
    return min;
  }

  @Override
  public void sumRows(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      putFloat(out + 4 * r, (float) sum(x + 4 * r * cols, cols));
    }
  }

  @Override
  public void sumColumns(long x, long out, long rows, long cols) {
    double[] sums = new double[(int) Math.min(cols, COLUMN_STRIP)];
    for (long start = 0; start < cols; start += sums.length) {
      int width = (int) Math.min(sums.length, cols - start);
      Arrays.fill(sums, 0);
      for (long r = 0; r < rows; r++) {
        long row = x + 4 * (r * cols + start);
        for (int c = 0; c < width; c++) {
          sums[c] += getFloat(row + 4L * c);
        }
      }
      for (int c = 0; c < width; c++) {
        long address = out + 4 * (start + c);
        putFloat(address, (float) (getFloat(address) + sums[c]));
      }
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
      putLong(out + 8 * r, argMax(x + 4 * r * cols, cols));
    }
  }

  @Override
  public void rowArgMin(long x, long out, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      putLong(out + 8 * r, argMin(x + 4 * r * cols, cols));
    }
  }

  private static long argMin(long x, long n) {
    long best = 0;
    float min = Float.POSITIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      float value = getFloat(x + 4 * i);
      if (Float.isNaN(value)) {
        return i;
      }
      if (value < min) {
        min = value;
        best = i;
      }
    }
    return best;
  }

  private static long argMax(long x, long n) {
    long best = 0;
    float max = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < n; i++) {
      float value = getFloat(x + 4 * i);
      if (Float.isNaN(value)) {
        return i;
      }
      if (value > max) {
        max = value;
        best = i;
      }
    }
    return best;
  }
}
