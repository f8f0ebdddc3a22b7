package dev.bearhug.tasks.application;

import dev.bearhug.tasks.processor.Prediction;
import java.util.List;
import java.util.Map;

/**
 * What a classifier says about one text.
 *
 * @param labels the predicted classes: one, or those of a set, possibly none; empty for a number
 * @param probabilities probability of each class in the order of the class ids; empty for a number
 * @param value the predicted number, or {@code null}
 * @param cutTokens number of tokens beyond the limit of length, which the model did not see
 */
public record Classification(
    List<String> labels, Map<String, Double> probabilities, Double value, int cutTokens) {

  static Classification of(Prediction prediction, int cutTokens) {
    return new Classification(
        prediction.labels(), prediction.probabilities(), prediction.value(), cutTokens);
  }

  /**
   * Returns the predicted class of a model that chooses one.
   *
   * @throws IllegalStateException when the model predicts a set of classes or a number
   */
  public String label() {
    if (labels.size() != 1) {
      throw new IllegalStateException(
          "classification: there is not one label but "
              + labels
              + (value == null ? "" : " and the value " + value)
              + ". Use labels() for sets of classes and value() for numbers.");
    }
    return labels.get(0);
  }

  /**
   * Returns the probability of the predicted class.
   *
   * @throws IllegalStateException when the model predicts a set of classes or a number
   */
  public double probability() {
    return probabilities.get(label());
  }
}
