package dev.bearhug.transformers.tokenizer;

import dev.bearhug.tensor.error.Suggestions;
import java.util.Arrays;
import java.util.List;

/** Says which text of a pair loses tokens when an encoding is longer than allowed. */
public enum TruncationStrategy {
  /**
   * Removes one token at a time from the longer text, from the second where both are equally long.
   */
  LONGEST_FIRST("longest_first"),
  /** Removes tokens of the first text only; it must keep at least one token. */
  ONLY_FIRST("only_first"),
  /** Removes tokens of the second text only; it must keep at least one token. */
  ONLY_SECOND("only_second"),
  /** Removes nothing: an encoding longer than the limit is an error. */
  NONE("none");

  private final String label;

  TruncationStrategy(String label) {
    this.label = label;
  }

  /**
   * Returns the name used in configuration files, such as {@code longest_first}.
   *
   * @return the lower-case name
   */
  public String label() {
    return label;
  }

  /**
   * Returns the strategy with a configuration name; {@code do_not_truncate} means {@link #NONE}.
   *
   * @param label name as returned by {@link #label()}
   * @return the strategy
   * @throws TokenizerException if no strategy has that name
   */
  public static TruncationStrategy of(String label) {
    if ("do_not_truncate".equals(label)) {
      return NONE;
    }
    for (TruncationStrategy strategy : values()) {
      if (strategy.label.equals(label)) {
        return strategy;
      }
    }
    List<String> known = Arrays.stream(values()).map(TruncationStrategy::label).toList();
    throw new TokenizerException(
        "truncation: unknown strategy \""
            + label
            + "\". Known: "
            + String.join(", ", known)
            + "."
            + Suggestions.didYouMean(label, known));
  }
}
