package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/** Cosines of vectors; lengths below 1e-8 count as 1e-8. */
final class Cosine {

  private static final double SHORTEST = 1e-8;

  private Cosine() {}

  /** Vectors {@code [..., n]} of length 1. */
  static Tensor normalise(Tensor x) {
    Tensor squares = x.square().sum(true, -1);
    return x.mul(squares.clamp(SHORTEST * SHORTEST, Double.POSITIVE_INFINITY).rsqrt());
  }

  /** Cosines in pairs: {@code [..., n]} and {@code [..., n]} to {@code [...]}. */
  static Tensor pairs(Tensor a, Tensor b) {
    return normalise(a).mul(normalise(b)).sum(false, -1);
  }

  /** Cosines of all with all: {@code [m, d]} and {@code [n, d]} to {@code [m, n]}. */
  static Tensor table(Tensor a, Tensor b) {
    return normalise(a).matmul(normalise(b).transpose(0, 1));
  }
}
