package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * InfoNCE (van den Oord et al., 2018): a query's own key is to be found among others by its cosine,
 * divided by a temperature.
 *
 * @param temperature divides cosines
 */
public record InfoNce(double temperature) {

  /**
   * Checks the temperature.
   *
   * @throws IllegalArgumentException unless positive and finite
   */
  public InfoNce {
    Temperatures.check("info_nce", temperature);
  }

  private Tensor own(Tensor scores) {
    return scores.mul(1 / temperature).crossEntropy(Tensor.arange(scores.dim(0), scores.device()));
  }

  /** The keys of the other queries are the negatives; both {@code [n, d]}. */
  public Tensor inBatch(Tensor query, Tensor key) {
    return own(Cosine.table(query, key));
  }

  /** The mean of finding keys by queries and queries by keys; both {@code [n, d]}. */
  public Tensor symmetric(Tensor query, Tensor key) {
    Tensor scores = Cosine.table(query, key);
    return own(scores).add(own(scores.transpose(0, 1))).mul(0.5);
  }

  /** Every query has negatives of its own: {@code [n, d]}, {@code [n, d]}, {@code [n, m, d]}. */
  public Tensor explicit(Tensor query, Tensor key, Tensor negatives) {
    Tensor candidates = Tensor.cat(1, key.unsqueeze(1), negatives);
    Tensor scores = Cosine.pairs(query.unsqueeze(1), candidates).mul(1 / temperature);
    return scores.crossEntropy(Tensor.zerosLike(Tensor.arange(scores.dim(0), scores.device())));
  }
}
