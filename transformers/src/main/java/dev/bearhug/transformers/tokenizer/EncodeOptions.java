package dev.bearhug.transformers.tokenizer;

import java.util.Objects;

/**
 * Says how one call of {@link Tokenizer#encode(String, EncodeOptions)} treats its text.
 *
 * @param addSpecialTokens whether the model's template ({@code [CLS] a [SEP] b [SEP]}) is applied
 * @param maxLength largest number of tokens, special tokens included; 0 for no limit
 * @param truncation which text is cut when the limit is exceeded
 * @param keepOverflow whether the tokens that were cut come back as further windows in {@link
 *     Encoding#overflow()}; needs a single text or {@code ONLY_FIRST} / {@code ONLY_SECOND}
 * @param stride number of tokens that neighbouring windows share; only with {@code keepOverflow}
 */
public record EncodeOptions(
    boolean addSpecialTokens,
    int maxLength,
    TruncationStrategy truncation,
    boolean keepOverflow,
    int stride) {

  /** Special tokens added, no limit of length. */
  public static final EncodeOptions DEFAULT =
      new EncodeOptions(true, 0, TruncationStrategy.LONGEST_FIRST, false, 0);

  /**
   * Checks the options.
   *
   * @throws TokenizerException if a number is negative, a stride is given without overflow, or
   *     overflow is asked for without a limit
   */
  public EncodeOptions {
    Objects.requireNonNull(truncation, "truncation");
    if (maxLength < 0) {
      throw new TokenizerException(
          "encode options: maxLength must be 0 (no limit) or positive; got " + maxLength + ".");
    }
    if (stride < 0 || (stride > 0 && !keepOverflow)) {
      throw new TokenizerException(
          "encode options: stride must be 0, or positive together with keepOverflow; got "
              + stride
              + (keepOverflow ? "." : " without keepOverflow."));
    }
    if (keepOverflow && (maxLength == 0 || truncation == TruncationStrategy.NONE)) {
      throw new TokenizerException(
          "encode options: keepOverflow needs a maxLength and a truncation strategy; got maxLength "
              + maxLength
              + " and "
              + truncation.label()
              + ".");
    }
  }

  /**
   * Returns the default options with a limit of length, the longest text cut first.
   *
   * @param maxLength largest number of tokens, special tokens included; 0 for no limit
   * @return the options
   */
  public static EncodeOptions maxLength(int maxLength) {
    return new EncodeOptions(true, maxLength, TruncationStrategy.LONGEST_FIRST, false, 0);
  }

  /**
   * Returns these options with another choice about special tokens.
   *
   * @param add whether the template is applied
   * @return the changed copy
   */
  public EncodeOptions withSpecialTokens(boolean add) {
    return new EncodeOptions(add, maxLength, truncation, keepOverflow, stride);
  }

  /**
   * Returns these options with another truncation strategy.
   *
   * @param strategy which text is cut
   * @return the changed copy
   */
  public EncodeOptions withTruncation(TruncationStrategy strategy) {
    return new EncodeOptions(addSpecialTokens, maxLength, strategy, keepOverflow, stride);
  }

  /**
   * Returns these options with overlapping windows over what is cut.
   *
   * @param shared number of tokens that neighbouring windows share
   * @return the changed copy
   */
  public EncodeOptions withOverflow(int shared) {
    return new EncodeOptions(addSpecialTokens, maxLength, truncation, true, shared);
  }
}
