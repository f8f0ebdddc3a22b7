package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;
import java.util.Arrays;

/** The parts of blocked attention as plain loops. */
final class ScalarAttentionKernels implements AttentionKernels {

  private static final int COLS = 16;

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public int cols() {
    return COLS;
  }

  @Override
  public void product(
      int m,
      int n,
      int depth,
      long a,
      long aRow,
      long aCol,
      long b,
      long bPanel,
      long c,
      long cRow,
      boolean add) {
    float[] sums = new float[COLS];
    for (int p = 0; p < n / COLS; p++) {
      for (int i = 0; i < m; i++) {
        line(depth, a + 4 * i * aRow, aCol, b + 4 * p * bPanel, sums);
        long to = c + 4 * (i * cRow + (long) p * COLS);
        for (int j = 0; j < COLS; j++) {
          putFloat(to + 4L * j, add ? getFloat(to + 4L * j) + sums[j] : sums[j]);
        }
      }
    }
  }

  private static void line(int depth, long a, long aCol, long b, float[] sums) {
    Arrays.fill(sums, 0);
    for (int k = 0; k < depth; k++) {
      float x = getFloat(a + 4 * k * aCol);
      long row = b + 4L * k * COLS;
      for (int j = 0; j < COLS; j++) {
        sums[j] += x * getFloat(row + 4L * j);
      }
    }
  }

  @Override
  public void pack(DType type, long from, long rowStep, int count, int width, long to) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < width; j++) {
        putFloat(to + 4L * ((long) i * width + j), get(type, from, i * rowStep + j));
      }
    }
  }

  private static float get(DType type, long from, long at) {
    return type == DType.BF16
        ? Float.intBitsToFloat(NativeMemory.getShort(from + 2 * at) << 16)
        : getFloat(from + 4 * at);
  }

  @Override
  public void panels(
      DType type, long from, long rowStep, int count, int width, long to, int panelRows) {
    int padded = (width + COLS - 1) / COLS * COLS;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < padded; j++) {
        long at = (long) j / COLS * panelRows * COLS + (long) i * COLS + j % COLS;
        putFloat(to + 4 * at, j < width ? get(type, from, i * rowStep + j) : 0);
      }
    }
  }

  @Override
  public void transposed(DType type, long from, long rowStep, int count, int width, long to) {
    int padded = (count + COLS - 1) / COLS * COLS;
    for (int j = 0; j < padded; j++) {
      for (int i = 0; i < width; i++) {
        long at = (long) j / COLS * width * COLS + (long) i * COLS + j % COLS;
        putFloat(to + 4 * at, j < count ? get(type, from, j * rowStep + i) : 0);
      }
    }
  }

  @Override
  public void unpack(DType type, long from, float factor, long to, int width) {
    for (int i = 0; i < width; i++) {
      float value = factor * getFloat(from + 4L * i);
      if (type == DType.BF16) {
        NativeMemory.putShort(to + 2L * i, DType.bf16(value));
      } else {
        putFloat(to + 4L * i, value);
      }
    }
  }

  private static float score(long x, float scale, long mask, int i) {
    float v = getFloat(x + 4L * i) * scale;
    return mask == 0 ? v : v + getFloat(mask + 4L * i);
  }

  @Override
  public float max(long x, float scale, long mask, int n, float start) {
    float max = start;
    for (int i = 0; i < n; i++) {
      float v = score(x, scale, mask, i);
      max = v > max ? v : max;
    }
    return max;
  }

  @Override
  public float exp(long x, float scale, long mask, float shift, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      float e = (float) Math.exp(score(x, scale, mask, i) - shift);
      putFloat(x + 4L * i, e);
      sum += e;
    }
    return (float) sum;
  }

  @Override
  public void multiply(long x, long y, int n) {
    for (long i = 0; i < n; i++) {
      putFloat(x + 4 * i, getFloat(x + 4 * i) * getFloat(y + 4 * i));
    }
  }

  @Override
  public void scale(long x, float factor, int n) {
    for (long i = 0; i < n; i++) {
      putFloat(x + 4 * i, getFloat(x + 4 * i) * factor);
    }
  }

  @Override
  public float dot(long x, long y, int n) {
    double sum = 0;
    for (long i = 0; i < n; i++) {
      sum += (double) getFloat(x + 4 * i) * getFloat(y + 4 * i);
    }
    return (float) sum;
  }

  @Override
  public void gradRow(
      long s,
      long g,
      float scale,
      long mask,
      float max,
      float inverse,
      float delta,
      long keep,
      int n) {
    for (int i = 0; i < n; i++) {
      float p = (float) Math.exp(score(s, scale, mask, i) - max) * inverse;
      float k = keep == 0 ? 1 : getFloat(keep + 4L * i);
      putFloat(s + 4L * i, p * k);
      putFloat(g + 4L * i, p * (getFloat(g + 4L * i) * k - delta) * scale);
    }
  }
}
