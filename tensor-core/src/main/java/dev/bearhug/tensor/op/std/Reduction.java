package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** How the losses of single elements become the result. */
public enum Reduction {
  /** They stay as they are. */
  NONE,
  /** Their mean; not-a-number if there are none. */
  MEAN,
  /** Their sum. */
  SUM,
  /** Their sum divided by the size of the first axis, the number of examples. */
  BATCH_MEAN;

  /** Reduces all elements of a tensor. */
  Tensor of(Tensor losses) {
    return switch (this) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN, BATCH_MEAN -> losses.sum().mul(1.0 / count(losses.shape()));
    };
  }

  /** Shape of the result for losses of a shape. */
  Shape shape(Shape losses) {
    return this == NONE ? losses : Shape.scalar();
  }

  /** By what the sum of losses is divided. */
  private long count(Shape losses) {
    return switch (this) {
      case NONE, SUM -> 1;
      case MEAN -> losses.numel();
      case BATCH_MEAN -> losses.rank() == 0 ? 1 : losses.dim(0);
    };
  }

  /** Gradient of the single losses from that of the result; may still have to be broadcast. */
  Tensor spread(Tensor gradient, Shape losses) {
    long n = count(losses);
    return n == 1 ? gradient : gradient.mul(1.0 / n);
  }
}
