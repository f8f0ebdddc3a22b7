package dev.bearhug.tasks.config;

/** The numbers in which a model is trained and applied. */
public enum Precision {
  /** {@link #BF16} where the device multiplies faster in it, else {@link #F32}. */
  AUTO,
  /** 32-bit floating point throughout. */
  F32,
  /**
   * Mixed precision: matrix products in bfloat16 with sums in 32 bits; weights, their gradients and
   * the optimizer in 32 bits.
   */
  BF16
}
