package dev.bearhug.transformers.head;

import dev.bearhug.tensor.error.Suggestions;
import java.util.Arrays;
import java.util.List;

/** What the labels of a sequence classification are; decides the loss. */
public enum ProblemType {
  /** One class: cross entropy. */
  SINGLE_LABEL("single_label_classification"),
  /** Any number of labels: binary cross entropy. */
  MULTI_LABEL("multi_label_classification"),
  /** Numbers: mean squared error. */
  REGRESSION("regression");

  private final String key;

  ProblemType(String key) {
    this.key = key;
  }

  /** The value of {@code problem_type} in {@code config.json}. */
  public String key() {
    return key;
  }

  /** The type of a {@code problem_type} value. */
  public static ProblemType ofKey(String key) {
    for (ProblemType t : values()) {
      if (t.key.equals(key)) {
        return t;
      }
    }
    List<String> known = Arrays.stream(values()).map(ProblemType::key).toList();
    throw new IllegalArgumentException(
        "config.json: problem_type \""
            + key
            + "\" is unknown; known are "
            + String.join(", ", known)
            + "."
            + Suggestions.didYouMean(key, known));
  }
}
