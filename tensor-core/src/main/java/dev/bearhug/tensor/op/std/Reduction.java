package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;

/** How the losses of single elements become one number. */
public enum Reduction {
  /** Their mean; not-a-number if there are none. */
  MEAN,
  /** Their sum. */
  SUM;

  /** Reduces all elements of a tensor. */
  Tensor of(Tensor losses) {
    return this == MEAN ? losses.mean() : losses.sum();
  }
}
