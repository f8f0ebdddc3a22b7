package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getInt;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.getShort;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putShort;

/** Conversions as plain loops. */
final class ScalarConvertKernels implements ConvertKernels {

  @Override
  public void floatToBf16(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putShort(y + 2 * i, toBf16(getFloat(x + 4 * i)));
    }
  }

  @Override
  public void bf16ToFloat(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, Float.intBitsToFloat(getShort(x + 2 * i) << 16));
    }
  }

  @Override
  public void floatToHalf(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putShort(y + 2 * i, Float.floatToFloat16(getFloat(x + 4 * i)));
    }
  }

  @Override
  public void halfToFloat(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, Float.float16ToFloat(getShort(x + 2 * i)));
    }
  }

  @Override
  public void intToFloat(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, getInt(x + 4 * i));
    }
  }

  @Override
  public void longToFloat(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(y + 4 * i, getLong(x + 8 * i));
    }
  }

  /** Rounds to bfloat16, ties to even; NaN becomes a quiet NaN with its upper bits. */
  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }
}
