package dev.bearhug.transformers.tokenizer;

import java.util.Objects;

/**
 * A token with a meaning of its own, such as {@code [SEP]}.
 *
 * @param text its spelling
 * @param id its id in the vocabulary
 */
public record SpecialToken(String text, int id) {

  /** Checks that the spelling is given. */
  public SpecialToken {
    Objects.requireNonNull(text, "text");
  }
}
