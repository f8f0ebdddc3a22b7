package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.op.std.AdamW8bitOp;
import dev.bearhug.tensor.op.std.DynamicCode;

/**
 * AdamW over moments of one byte: a few blocks at a time are decoded to scratch memory that stays
 * in the first cache, updated by the single-precision kernel, and encoded again.
 */
final class BlockwiseAdamW {

  private static final int BLOCK = AdamW8bitOp.BLOCK;

  /** Elements between decoding and encoding: four arrays of them are 16 KiB. */
  private static final int CHUNK = 4 * BLOCK;

  private final OptimizerKernels optimizer;
  private final BlockCodeKernels coder;

  BlockwiseAdamW(FloatKernels kernels) {
    this.optimizer = kernels.optimizer();
    this.coder = kernels.blockCode();
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
    try (Scratch scratch = new Scratch(8L * CHUNK)) {
      long first = scratch.address();
      long second = first + 4L * CHUNK;
      for (long start = from; start < to; start += CHUNK) {
        int n = (int) Math.min(CHUNK, to - start);
        decode(DynamicCode.SIGNED, x.m(), x.scaleM(), start, first, n);
        decode(DynamicCode.UNSIGNED, x.v(), x.scaleV(), start, second, n);
        optimizer.adamW(x.param() + 4 * start, x.grad() + 4 * start, first, second, 0, 0, n, step);
        encode(DynamicCode.SIGNED, first, x.m(), x.scaleM(), start, n);
        encode(DynamicCode.UNSIGNED, second, x.v(), x.scaleV(), start, n);
      }
    }
  }

  private void decode(DynamicCode code, long codes, long scales, long start, long values, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      float scale = getFloat(scales + 4 * ((start + i) / BLOCK));
      coder.decode(code, codes + start + i, scale, values + 4L * i, Math.min(BLOCK, n - i));
    }
  }

  private void encode(DynamicCode code, long values, long codes, long scales, long start, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      long to = codes + start + i;
      float scale = coder.encode(code, values + 4L * i, to, Math.min(BLOCK, n - i));
      putFloat(scales + 4 * ((start + i) / BLOCK), scale);
    }
  }
}
