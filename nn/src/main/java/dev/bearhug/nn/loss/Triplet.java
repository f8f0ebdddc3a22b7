package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Triplet loss: {@code max(0, d(anchor, positive) - d(anchor, negative) + margin)}, averaged
 * (Schroff et al., 2015).
 *
 * @param distance between two vectors
 * @param margin by which the negative should be farther away
 */
public record Triplet(Distance distance, double margin) {

  /** Vectors {@code [..., n]} to one number. */
  public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
    return distance
        .of(anchor, positive)
        .sub(distance.of(anchor, negative))
        .add(margin)
        .relu()
        .mean();
  }
}
