package dev.bearhug.tensor.io;

import java.util.Optional;

/**
 * The element types of the safetensors format, in the reference library's order.
 *
 * <p>Constant names are the names used in files. The reference library writes tensors of later
 * types first, so that wide elements are aligned.
 */
public enum StoredType {
  /** Truth value, one byte. */
  BOOL(8),
  /** Float of 4 bits (E2M1), two in a byte. */
  F4(4),
  /** Float of 6 bits, 2 for the exponent, packed. */
  F6_E2M3(6),
  /** Float of 6 bits, 3 for the exponent, packed. */
  F6_E3M2(6),
  /** Unsigned integer of 8 bits. */
  U8(8),
  /** Signed integer of 8 bits. */
  I8(8),
  /** Float of 8 bits, 5 for the exponent. */
  F8_E5M2(8),
  /** Float of 8 bits, 4 for the exponent. */
  F8_E4M3(8),
  /** Power of two as 8 exponent bits. */
  F8_E8M0(8),
  /** {@link #F8_E4M3} without infinities and negative zero. */
  F8_E4M3FNUZ(8),
  /** {@link #F8_E5M2} without infinities and negative zero. */
  F8_E5M2FNUZ(8),
  /** Signed integer of 16 bits. */
  I16(16),
  /** Unsigned integer of 16 bits. */
  U16(16),
  /** IEEE 754 half precision. */
  F16(16),
  /** Upper half of an IEEE 754 single precision value. */
  BF16(16),
  /** Signed integer of 32 bits. */
  I32(32),
  /** Unsigned integer of 32 bits. */
  U32(32),
  /** IEEE 754 single precision. */
  F32(32),
  /** Complex number of two {@link #F32}. */
  C64(64),
  /** IEEE 754 double precision. */
  F64(64),
  /** Signed integer of 64 bits. */
  I64(64),
  /** Unsigned integer of 64 bits. */
  U64(64);

  private final int bits;

  StoredType(int bits) {
    this.bits = bits;
  }

  /** Returns the size of one element in bits; packed types have fewer than 8. */
  public int bits() {
    return bits;
  }

  /**
   * Returns the size of one element in bytes.
   *
   * @throws IllegalStateException for packed types, whose elements share bytes
   */
  public int bytes() {
    if (bits % 8 != 0) {
      throw new IllegalStateException(
          "StoredType: "
              + this
              + " packs elements of "
              + bits
              + " bits; use bits() or byteSize().");
    }
    return bits / 8;
  }

  /**
   * Finds the type with a name as it stands in files, such as {@code "BF16"}.
   *
   * @param name exact name
   * @return the type, or empty if the format has none of this name
   */
  public static Optional<StoredType> ofName(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns how many bytes a tensor of this type takes.
   *
   * <p>The sizes other than 0 must multiply to a representable byte count even if one size is 0, so
   * that strides can be computed for every accepted shape.
   *
   * @param shape sizes, none negative; an empty shape is a scalar
   * @throws ArithmeticException if the byte count exceeds 63 bits, or packed elements do not fill
   *     whole bytes
   * @throws IllegalArgumentException if a size is negative
   */
  public long byteSize(long[] shape) {
    long elements = 1;
    boolean empty = false;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("StoredType: a size must not be negative, got " + size);
      }
      empty |= size == 0;
      elements = Math.multiplyExact(elements, Math.max(size, 1));
    }
    long totalBits = Math.multiplyExact(elements, (long) bits);
    if (empty) {
      return 0;
    }
    if (totalBits % 8 != 0) {
      throw new ArithmeticException(totalBits + " bits do not fill whole bytes");
    }
    return totalBits / 8;
  }
}
