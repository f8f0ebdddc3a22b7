package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/** Mean squared difference of the cosines of pairs of vectors from target scores. */
public final class CosineSimilarity {

  private CosineSimilarity() {}

  /** Vectors {@code [n, d]} in pairs and scores {@code [n]} to one number. */
  public static Tensor loss(Tensor a, Tensor b, Tensor scores) {
    return Cosine.pairs(a, b).mseLoss(scores);
  }
}
