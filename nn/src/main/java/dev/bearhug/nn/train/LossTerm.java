package dev.bearhug.nn.train;

import dev.bearhug.nn.data.Batch;
import java.util.List;
import java.util.Objects;

/**
 * A summand of the training loss: an output of the model that is a mean over labels, and over how
 * many.
 *
 * <p>A model with one loss has one term. One with several, such as masked words and next sentence,
 * has a term for each mean: their micro-batch shares differ.
 *
 * @param output name of the output, a single number
 * @param weight number of labels that the mean is over
 */
public record LossTerm(String output, LossWeight weight) {

  /** The output {@code loss}, weighted by {@link LossWeight#standard}. */
  public static final List<LossTerm> STANDARD =
      List.of(new LossTerm("loss", LossWeight.standard()));

  /** Checks that nothing is missing. */
  public LossTerm {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(weight, "weight");
  }

  /**
   * Returns the weight of a batch.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  double weightOf(Batch batch) {
    double value = weight.of(batch);
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "loss term "
              + output
              + ": the number of labels that count must be finite and not negative, got "
              + value
              + " for "
              + batch
              + ".");
    }
    return value;
  }
}
