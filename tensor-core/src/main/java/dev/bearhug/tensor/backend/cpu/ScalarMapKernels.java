package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

/** Element-wise kernels as plain loops, by the definitions of the op enums. */
final class ScalarMapKernels implements MapKernels {

  @Override
  public void map(MapOp op, long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, (float) op.apply(getFloat(x + 4 * i)));
    }
  }

  @Override
  public void mapGrad(MapGradOp op, long gy, long value, long gx, long n) {
    for (long i = 0; i < n; i++) {
      double gradient = op.apply(getFloat(gy + 4 * i), getFloat(value + 4 * i));
      putFloat(gx + 4 * i, (float) gradient);
    }
  }

  @Override
  public void binary(BinaryOp op, long a, long b, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, op.apply(getFloat(a + 4 * i), getFloat(b + 4 * i)));
    }
  }

  @Override
  public void binaryScalar(BinaryOp op, long a, float b, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, op.apply(getFloat(a + 4 * i), b));
    }
  }

  @Override
  public void binaryRow(BinaryOp op, long a, long row, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      binary(op, a + 4 * r * cols, row, y + 4 * r * cols, cols);
    }
  }

  @Override
  public void axpy(float alpha, long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, getFloat(y + 4 * i) + alpha * getFloat(x + 4 * i));
    }
  }

  @Override
  public void fill(float value, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, value);
    }
  }

  @Override
  public void biasGelu(long x, long bias, long pre, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      for (long c = 0; c < cols; c++) {
        long offset = 4 * (r * cols + c);
        float sum = getFloat(x + offset) + getFloat(bias + 4 * c);
        if (pre != 0) {
          putFloat(pre + offset, sum);
        }
        putFloat(y + offset, (float) ScalarMath.gelu(sum));
      }
    }
  }

  @Override
  public void elu(float factor, float depth, float slope, long x, long y, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      float v = getFloat(x + i);
      putFloat(y + i, v > 0 ? factor * v : (float) (depth * Math.expm1((double) slope * v)));
    }
  }

  @Override
  public void eluGrad(float factor, float depth, float slope, long gy, long x, long gx, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      float v = getFloat(x + i);
      double derivative = v > 0 ? factor : (double) depth * slope * Math.exp((double) slope * v);
      putFloat(gx + i, (float) (getFloat(gy + i) * derivative));
    }
  }

  @Override
  public void leaky(float slope, long x, long v, long y, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      float value = getFloat(v + i);
      putFloat(y + i, getFloat(x + i) > 0 ? value : slope * value);
    }
  }
}
