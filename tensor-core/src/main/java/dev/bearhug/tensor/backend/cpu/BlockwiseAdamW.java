package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.op.std.AdamW8bitOp;
import dev.bearhug.tensor.op.std.DynamicCode;

/**
 * AdamW over moments of one byte: block by block they are decoded to scratch memory that stays in
 * the first cache, updated by the single-precision kernel, and encoded again.
 */
final class BlockwiseAdamW {

  private static final int BLOCK = AdamW8bitOp.BLOCK;

  private final OptimizerKernels optimizer;

  BlockwiseAdamW(OptimizerKernels optimizer) {
    this.optimizer = optimizer;
  }

  /**
   * Addresses of a step's tensors.
   *
   * @param param weights
   * @param grad gradients
   * @param m codes of the first moment
   * @param v codes of the second moment
   * @param scaleM scales of the first moment
   * @param scaleV scales of the second moment
   */
  record Operands(long param, long grad, long m, long v, long scaleM, long scaleV) {}

  /** Updates the elements {@code [from, to)}; {@code from} is the start of a block. */
  void run(Operands x, long from, long to, OptimizerKernels.AdamWStep step) {
    try (Scratch scratch = new Scratch(8L * BLOCK)) {
      long first = scratch.address();
      long second = first + 4L * BLOCK;
      for (long start = from; start < to; start += BLOCK) {
        int n = (int) Math.min(BLOCK, to - start);
        long block = 4 * (start / BLOCK);
        decode(DynamicCode.SIGNED, x.m() + start, getFloat(x.scaleM() + block), first, n);
        decode(DynamicCode.UNSIGNED, x.v() + start, getFloat(x.scaleV() + block), second, n);
        optimizer.adamW(x.param() + 4 * start, x.grad() + 4 * start, first, second, 0, 0, n, step);
        putFloat(x.scaleM() + block, encodeSigned(first, x.m() + start, n));
        putFloat(x.scaleV() + block, encodeUnsigned(second, x.v() + start, n));
      }
    }
  }

  private static void decode(DynamicCode code, long codes, float scale, long values, int n) {
    for (int i = 0; i < n; i++) {
      putFloat(values + 4L * i, code.decode(getByte(codes + i) & 0xff) * scale);
    }
  }

  private static float encodeSigned(long values, long codes, int n) {
    float scale = scale(values, n);
    float inverse = scale == 0 ? 0 : 1 / scale;
    for (int i = 0; i < n; i++) {
      putByte(codes + i, (byte) DynamicCode.SIGNED.encode(getFloat(values + 4L * i) * inverse));
    }
    return scale;
  }

  private static float encodeUnsigned(long values, long codes, int n) {
    float scale = scale(values, n);
    float inverse = scale == 0 ? 0 : 1 / scale;
    for (int i = 0; i < n; i++) {
      float value = getFloat(values + 4L * i) * inverse;
      int code = DynamicCode.UNSIGNED.encode(value);
      // Where the quotient is so small that it is rounded to 0, the value itself is not 0.
      int least = inverse > 0 && getFloat(values + 4L * i) > 0 ? 1 : 0;
      putByte(codes + i, (byte) Math.max(least, code));
    }
    return scale;
  }

  /** The largest size of n numbers, 0 if it is too small to be a scale. */
  private static float scale(long values, int n) {
    float largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(getFloat(values + 4L * i)));
    }
    return largest < AdamW8bitOp.LEAST_SCALE ? 0 : largest;
  }
}
