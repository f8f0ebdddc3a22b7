package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

/** Normalisation kernels as plain loops with double accumulation. */
final class ScalarNormKernels implements NormKernels {

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
      double m = 0;
      for (long c = 0; c < 4 * cols; c += 4) {
        m += getFloat(x + row + c);
      }
      m /= cols;
      double squares = 0;
      for (long c = 0; c < 4 * cols; c += 4) {
        double centred = getFloat(x + row + c) - m;
        squares += centred * centred;
      }
      double scale = 1 / Math.sqrt(squares / cols + eps);
      for (long c = 0; c < 4 * cols; c += 4) {
        double normal = (getFloat(x + row + c) - m) * scale;
        putFloat(y + row + c, (float) (normal * at(weight, c, 1) + at(bias, c, 0)));
      }
      store(mean, r, m);
      store(rstd, r, scale);
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
    for (long i = 0; i < 4 * rows * cols; i += 4) {
      putFloat(sum + i, getFloat(x + i) + getFloat(residual + i));
    }
    layerNormRows(sum, weight, bias, y, mean, rstd, rows, cols, eps);
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
      double m = getFloat(mean + 4 * r);
      double scale = getFloat(rstd + 4 * r);
      double sum = 0;
      double dot = 0;
      for (long c = 0; c < 4 * cols; c += 4) {
        double g = (double) getFloat(gy + row + c) * at(weight, c, 1);
        sum += g;
        dot += g * (getFloat(x + row + c) - m) * scale;
      }
      sum /= cols;
      dot /= cols;
      for (long c = 0; c < 4 * cols; c += 4) {
        float g = getFloat(gy + row + c);
        double normal = (getFloat(x + row + c) - m) * scale;
        accumulate(gweight, c, g * normal);
        accumulate(gbias, c, g);
        putFloat(gx + row + c, (float) (scale * (g * at(weight, c, 1) - sum - normal * dot)));
      }
    }
  }

  @Override
  public void rmsNormRows(
      long x, long weight, long y, long rstd, long rows, long cols, double eps) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      double squares = 0;
      for (long c = 0; c < 4 * cols; c += 4) {
        double value = getFloat(x + row + c);
        squares += value * value;
      }
      double scale = 1 / Math.sqrt(squares / cols + eps);
      for (long c = 0; c < 4 * cols; c += 4) {
        putFloat(y + row + c, (float) (getFloat(x + row + c) * scale * at(weight, c, 1)));
      }
      store(rstd, r, scale);
    }
  }

  @Override
  public void rmsNormGradRows(
      long gy, long x, long rstd, long weight, long gx, long gweight, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      double scale = getFloat(rstd + 4 * r);
      double dot = 0;
      for (long c = 0; c < 4 * cols; c += 4) {
        dot += (double) getFloat(gy + row + c) * at(weight, c, 1) * getFloat(x + row + c) * scale;
      }
      dot /= cols;
      for (long c = 0; c < 4 * cols; c += 4) {
        float g = getFloat(gy + row + c);
        double normal = getFloat(x + row + c) * scale;
        accumulate(gweight, c, g * normal);
        putFloat(gx + row + c, (float) (scale * (g * at(weight, c, 1) - normal * dot)));
      }
    }
  }

  private static float at(long vector, long offset, float absent) {
    return vector == 0 ? absent : getFloat(vector + offset);
  }

  private static void accumulate(long vector, long offset, double value) {
    if (vector != 0) {
      putFloat(vector + offset, (float) (getFloat(vector + offset) + value));
    }
  }

  private static void store(long vector, long row, double value) {
    if (vector != 0) {
      putFloat(vector + 4 * row, (float) value);
    }
  }
}
