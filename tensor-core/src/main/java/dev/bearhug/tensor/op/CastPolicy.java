package dev.bearhug.tensor.op;

/**
 * What mixed precision does to the inputs of an op. Only floating types take part, and {@code F64}
 * is never lowered.
 */
public enum CastPolicy {
  /**
   * The inputs are lowered: matrix products and what is made of them. They gain most from the
   * instructions for 16-bit numbers and add up in single precision.
   */
  LOW,
  /** The inputs are raised to single precision: losses, powers, logarithms. */
  F32,
  /**
   * The inputs stay; the kernel converts element by element and computes in single precision:
   * normalisation, softmax.
   */
  F32_INTERNAL,
  /** Inputs of different types are raised to the one that {@code DType.promote} gives. */
  PROMOTE,
  /** The inputs stay as they are: views, indexing, copies, optimizers. */
  KEEP
}
