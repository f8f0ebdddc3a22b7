package dev.bearhug.tensor.io;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Element type of a NumPy array.
 *
 * @param kind f, i, u, b or V
 * @param bytes size of an element
 * @param bigEndian whether the most significant byte comes first
 */
record NpyType(char kind, int bytes, boolean bigEndian) {

  /** What NumPy calls an element type. */
  static String descriptor(DType dtype) {
    return switch (dtype) {
      case F32 -> "<f4";
      case F64 -> "<f8";
      case F16 -> "<f2";
      case BF16 -> "<V2";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case U8 -> "|u1";
      case BOOL -> "|b1";
    };
  }

  static NpyType of(String descriptor) throws NpyHeader.Refused {
    boolean ordered = !descriptor.isEmpty() && "<>|=".indexOf(descriptor.charAt(0)) >= 0;
    String name = ordered ? descriptor.substring(1) : descriptor;
    if (name.startsWith("O")) {
      throw new NpyHeader.Refused(
          "arrays of objects are pickled programs and are not read", descriptor);
    }
    String plain = name.equals("?") ? "b1" : name;
    boolean bfloat16 = plain.equals("V2") && ordered && "<>".indexOf(descriptor.charAt(0)) >= 0;
    if (!bfloat16 && !plain.matches("f[248]|[iu][1248]|b1")) {
      throw new NpyHeader.Refused(
          "the type must be f2, f4, f8, i1 to i8, u1 to u8, b1, or <V2 for bfloat16", descriptor);
    }
    return new NpyType(
        plain.charAt(0), plain.charAt(1) - '0', ordered && descriptor.charAt(0) == '>');
  }

  /** The type of the tensor: the same, or the next wider one that holds every value. */
  DType dtype() {
    return switch (kind) {
      case 'f' -> bytes == 2 ? DType.F16 : bytes == 4 ? DType.F32 : DType.F64;
      case 'V' -> DType.BF16;
      case 'b' -> DType.BOOL;
      case 'u' -> bytes == 1 ? DType.U8 : bytes == 2 ? DType.I32 : DType.I64;
      default -> bytes == 8 ? DType.I64 : DType.I32;
    };
  }

  /** Whether bytes can be copied as they are. */
  boolean isPlain() {
    return !bigEndian && bytes == dtype().bytes() && kind != 'b' && !(kind == 'u' && bytes == 8);
  }

  /** Writes the element at an index of a buffer to an address, as {@link #dtype()}. */
  void convert(byte[] buffer, int from, long target) throws NpyHeader.Refused {
    long bits = 0;
    for (int i = 0; i < bytes; i++) {
      int at = from + (bigEndian ? i : bytes - 1 - i);
      bits = bits << 8 | buffer[at] & 0xff;
    }
    if (kind == 'i') {
      bits = bits << (64 - 8 * bytes) >> (64 - 8 * bytes);
    } else if (kind == 'b') {
      bits = bits == 0 ? 0 : 1;
    } else if (kind == 'u' && bits < 0) {
      throw new NpyHeader.Refused(
          "values must be below 2^63", "u8 value " + Long.toUnsignedString(bits));
    }
    switch (dtype().bytes()) {
      case 1 -> NativeMemory.putByte(target, (byte) bits);
      case 2 -> NativeMemory.putShort(target, (short) bits);
      case 4 -> NativeMemory.putInt(target, (int) bits);
      default -> NativeMemory.putLong(target, bits);
    }
  }
}
