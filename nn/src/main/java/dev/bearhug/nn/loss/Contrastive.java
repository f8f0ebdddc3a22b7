package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Contrastive loss of pairs (Hadsell et al., 2006): {@code (y d^2 + (1 - y) max(0, margin - d)^2) /
 * 2} with the distance d and y = 1 for similar pairs.
 *
 * @param distance between two vectors
 * @param margin distance from which unlike pairs cost nothing
 * @param mean whether losses are averaged instead of summed
 */
public record Contrastive(Distance distance, double margin, boolean mean) {

  /**
   * Vectors {@code [n, d]} in pairs to one number.
   *
   * @param similar 1 for similar pairs and 0 for others {@code [n]}
   */
  public Tensor forward(Tensor a, Tensor b, Tensor similar) {
    Tensor d = distance.of(a, b);
    Tensor y = similar.to(d.dtype());
    Tensor apart = y.affine(-1, 1).mul(d.affine(-1, margin).relu().square());
    Tensor losses = y.mul(d.square()).add(apart).mul(0.5);
    return mean ? losses.mean() : losses.sum();
  }
}
