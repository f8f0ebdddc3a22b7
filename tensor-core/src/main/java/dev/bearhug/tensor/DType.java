package dev.bearhug.tensor;

import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Element type of a tensor.
 *
 * <p>Values are little-endian in memory. {@code BF16} is the upper half of an IEEE single; {@code
 * F16} is IEEE half precision; {@code BOOL} is one byte, 0 or 1.
 */
public enum DType {
  /** 32-bit IEEE float. */
  F32(4, true),
  /** 64-bit IEEE float, for gradient checks and reference results. */
  F64(8, true),
  /** Brain float: 8 exponent and 7 fraction bits. */
  BF16(2, true),
  /** 16-bit IEEE float. */
  F16(2, true),
  /** Signed 32-bit integer. */
  I32(4, false),
  /** Signed 64-bit integer. */
  I64(8, false),
  /** Unsigned byte. */
  U8(1, false),
  /** Truth value, one byte. */
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is a floating-point type. */
  public boolean isFloating() {
    return floating;
  }

  /**
   * The type of a result that mixes {@code a} and {@code b}: floating beats integer beats bool,
   * wider beats narrower, and {@code BF16} with {@code F16} gives {@code F32}.
   */
  public static DType promote(DType a, DType b) {
    if (a == b) {
      return a;
    }
    if (a.floating != b.floating) {
      return a.floating ? a : b;
    }
    if (a.floating) {
      return a.bytes == b.bytes ? F32 : a.bytes > b.bytes ? a : b;
    }
    if (a == BOOL) {
      return b;
    }
    if (b == BOOL) {
      return a;
    }
    return a.bytes > b.bytes ? a : b;
  }

  /** Reads the element at native {@code address} as a double; {@code I64} beyond 2^53 rounds. */
  public double read(long address) {
    return switch (this) {
      case F32 -> NativeMemory.getFloat(address);
      case F64 -> NativeMemory.getDouble(address);
      case BF16 -> Float.intBitsToFloat(NativeMemory.getShort(address) << 16);
      case F16 -> Float.float16ToFloat(NativeMemory.getShort(address));
      case I32 -> NativeMemory.getInt(address);
      case I64 -> NativeMemory.getLong(address);
      case U8 -> NativeMemory.getByte(address) & 0xff;
      case BOOL -> NativeMemory.getByte(address) != 0 ? 1 : 0;
    };
  }

  /**
   * Writes {@code value} at native {@code address}, rounded to this type (half to even for floats;
   * to single precision first for the 16-bit ones).
   */
  public void write(long address, double value) {
    switch (this) {
      case F32 -> NativeMemory.putFloat(address, (float) value);
      case F64 -> NativeMemory.putDouble(address, value);
      case BF16 -> NativeMemory.putShort(address, bf16((float) value));
      case F16 -> NativeMemory.putShort(address, Float.floatToFloat16((float) value));
      case I32 -> NativeMemory.putInt(address, (int) value);
      case I64 -> NativeMemory.putLong(address, (long) value);
      case U8 -> NativeMemory.putByte(address, (byte) (int) value);
      case BOOL -> NativeMemory.putByte(address, (byte) (value != 0 ? 1 : 0));
    }
  }

  /** Reads the element at native {@code address} as a long; floats are truncated. */
  public long readLong(long address) {
    return this == I64 ? NativeMemory.getLong(address) : (long) read(address);
  }

  /** Rounds a float to the bits of a brain float, half to even; not-a-number stays one. */
  public static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
