package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;

/**
 * SimCSE (Gao et al., 2021): the second view of a sentence is to be found among those of the batch
 * by its cosine, divided by a temperature; hard negatives are further candidates for all sentences.
 *
 * @param temperature divides cosines
 * @param hardNegativeWeight added to the score of a sentence's own hard negative
 */
public record SimCse(double temperature, double hardNegativeWeight) {

  /**
   * Checks the temperature.
   *
   * @throws IllegalArgumentException unless positive and finite
   */
  public SimCse {
    Temperatures.check("sim_cse", temperature);
  }

  /** Without extra weight on hard negatives. */
  public SimCse(double temperature) {
    this(temperature, 0);
  }

  /**
   * Scores of all candidates: {@code [n, n]}, with hard negatives {@code [n, 2 n]}.
   *
   * @param views {@code [n, 2, d]}, or {@code [n, 3, d]} with hard negatives
   */
  public Tensor similarities(Tensor views) {
    if (views.rank() != 3 || (views.dim(1) != 2 && views.dim(1) != 3)) {
      throw new ShapeException(
          "simcse", "views are " + views.shape() + " but must be [n, 2, d] or [n, 3, d].");
    }
    Tensor anchors = views.select(1, 0);
    Tensor positive = Cosine.table(anchors, views.select(1, 1)).mul(1 / temperature);
    if (views.dim(1) == 2) {
      return positive;
    }
    Tensor negative = Cosine.table(anchors, views.select(1, 2)).mul(1 / temperature);
    Tensor rows = Tensor.arange(views.dim(0), views.device());
    Tensor own = rows.unsqueeze(1).eq(rows).to(negative.dtype());
    return Tensor.cat(1, positive, negative.add(own.mul(hardNegativeWeight)));
  }

  /** The loss, one number, from {@link #similarities}. */
  public Tensor loss(Tensor similarities) {
    return similarities.crossEntropy(Tensor.arange(similarities.dim(0), similarities.device()));
  }

  /** The loss of views {@code [n, 2, d]} or {@code [n, 3, d]}, one number. */
  public Tensor forward(Tensor views) {
    return loss(similarities(views));
  }
}
