package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

/** Rotations as plain loops. */
final class ScalarRotaryKernels implements RotaryKernels {

  @Override
  public void halves(long x, long y, long cos, long sin, float sign, int n) {
    for (int i = 0; i < n; i++) {
      half(x, y, cos, sin, sign, n, i);
    }
  }

  /** Turns pair {@code i}. */
  static void half(long x, long y, long cos, long sin, float sign, int n, int i) {
    float a = getFloat(x + 4L * i);
    float b = getFloat(x + 4L * (i + n));
    float c = getFloat(cos + 4L * i);
    float s = getFloat(sin + 4L * i) * sign;
    putFloat(y + 4L * i, a * c - b * s);
    putFloat(y + 4L * (i + n), b * c + a * s);
  }

  @Override
  public void neighbours(long x, long y, long cos, long sin, float sign, int n) {
    for (int i = 0; i < n; i += 2) {
      pair(x, y, cos, sin, sign, i);
    }
  }

  /** Turns features {@code i} and {@code i + 1}. */
  static void pair(long x, long y, long cos, long sin, float sign, int i) {
    long at = 4L * i;
    float a = getFloat(x + at);
    float b = getFloat(x + at + 4);
    putFloat(y + at, a * getFloat(cos + at) + sign * b * getFloat(sin + at));
    putFloat(y + at + 4, b * getFloat(cos + at + 4) + sign * a * getFloat(sin + at + 4));
  }
}
