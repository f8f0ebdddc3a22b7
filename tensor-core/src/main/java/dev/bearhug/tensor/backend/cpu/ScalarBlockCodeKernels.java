package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getInt;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.AdamW8bitOp;
import dev.bearhug.tensor.op.std.DynamicCode;

/** Codes of one byte as plain loops. */
final class ScalarBlockCodeKernels implements BlockCodeKernels {

  @Override
  public void decode(DynamicCode code, long codes, float scale, long values, int n) {
    for (int i = 0; i < n; i++) {
      putFloat(values + 4L * i, code.decode(getByte(codes + i) & 0xff) * scale);
    }
  }

  @Override
  public float encode(DynamicCode code, long values, long codes, int n) {
    float scale = scale(largestSize(values, n));
    if (!(scale < Float.POSITIVE_INFINITY)) {
      fill(code, codes, n);
      return scale;
    }
    encode(code, values, codes, n, inverse(scale));
    return scale;
  }

  /** Bits of the largest size of n numbers; those of NaN are above all others. */
  static int largestSize(long values, int n) {
    int largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, getInt(values + 4L * i) & 0x7fffffff);
    }
    return largest;
  }

  /** The largest size as a number, 0 if it is too small to be a scale. */
  static float scale(int bits) {
    float largest = Float.intBitsToFloat(bits);
    return largest < AdamW8bitOp.LEAST_SCALE ? 0 : largest;
  }

  /** Writes n codes of 0, which times a scale that is not finite is not a number. */
  static void fill(DynamicCode code, long codes, int n) {
    NativeMemory.ALL.asSlice(codes, n).fill((byte) code.encode(0));
  }

  static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }

  /** Writes the codes of n numbers times a factor. */
  static void encode(DynamicCode code, long values, long codes, int n, float inverse) {
    boolean nonZero = !code.isSigned() && inverse > 0;
    for (int i = 0; i < n; i++) {
      float value = getFloat(values + 4L * i);
      int c = code.encode(value * inverse);
      // Where the product is so small that it is rounded to 0, the value itself is not 0.
      putByte(codes + i, (byte) (nonZero && value > 0 ? Math.max(1, c) : c));
    }
  }
}
