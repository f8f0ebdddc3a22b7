package dev.bearhug.tasks.demo;

import java.util.Objects;

/**
 * A sentence and the label it should get.
 *
 * @param text the sentence, never blank
 * @param label the label's name
 */
public record LabelledText(String text, String label) {
  /** Checks that both parts are present. */
  public LabelledText {
    Objects.requireNonNull(label, "label");
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "corpus: a text of label \"" + label + "\" is blank. Every example needs words.");
    }
  }
}
