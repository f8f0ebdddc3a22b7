package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.op.std.DynamicCode;

/**
 * Numbers of one byte with a common scale, see {@link dev.bearhug.tensor.op.std.AdamW8bitOp}. Plain
 * and SIMD versions agree bit for bit.
 */
public interface BlockCodeKernels {

  /**
   * Writes {@code scale * value(code)} of n codes.
   *
   * @param code the code book
   * @param codes address of n bytes
   * @param scale factor of the block
   * @param values address of n floats
   * @param n length of the block
   */
  void decode(DynamicCode code, long codes, float scale, long values, int n);

  /**
   * Writes the codes of n numbers divided by the largest of their sizes.
   *
   * <p>In an unsigned code book numbers above 0 do not get the code of 0. If a number is not finite
   * all codes are that of 0, and with the scale the whole block is decoded to NaN.
   *
   * @param code the code book
   * @param values address of n floats
   * @param codes address of n bytes
   * @param n length of the block
   * @return the divisor, or 0 where all sizes are below {@link
   *     dev.bearhug.tensor.op.std.AdamW8bitOp#LEAST_SCALE}
   */
  float encode(DynamicCode code, long values, long codes, int n);
}
