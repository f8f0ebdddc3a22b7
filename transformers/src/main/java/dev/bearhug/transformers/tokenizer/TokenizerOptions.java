package dev.bearhug.transformers.tokenizer;

import java.util.Objects;
import java.util.Optional;

/**
 * Overrides what the files of a tokenizer say, or fills in what they leave open.
 *
 * <p>A folder with nothing but {@code vocab.txt} does not say whether it is cased. Then the default
 * of the reference class holds (lower case), and a cased vocabulary needs {@code
 * TokenizerOptions.NONE.withLowercase(false)}. The name of the folder is never looked at.
 *
 * @param lowercase whether BERT's normalizer lower-cases; empty to follow the files
 * @param stripAccents whether it removes accents; empty to follow the files, which by default do so
 *     exactly when they lower-case
 * @param splitChinese whether it sets each Chinese character apart; empty to follow the files
 * @param family how vocabulary files without {@code tokenizer.json} are read; empty to follow
 *     {@code tokenizer_config.json}, {@code config.json} and the special tokens in the vocabulary
 */
public record TokenizerOptions(
    Optional<Boolean> lowercase,
    Optional<Boolean> stripAccents,
    Optional<Boolean> splitChinese,
    Optional<TokenizerFamily> family) {

  /** Overrides nothing. */
  public static final TokenizerOptions NONE =
      new TokenizerOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Checks that nothing is null. */
  public TokenizerOptions {
    Objects.requireNonNull(lowercase, "lowercase");
    Objects.requireNonNull(stripAccents, "stripAccents");
    Objects.requireNonNull(splitChinese, "splitChinese");
    Objects.requireNonNull(family, "family");
  }

  /**
   * Returns these options with a choice about lower case.
   *
   * @param value whether BERT's normalizer lower-cases
   * @return the changed copy
   */
  public TokenizerOptions withLowercase(boolean value) {
    return new TokenizerOptions(Optional.of(value), stripAccents, splitChinese, family);
  }

  /**
   * Returns these options with a choice about accents.
   *
   * @param value whether BERT's normalizer removes accents
   * @return the changed copy
   */
  public TokenizerOptions withStripAccents(boolean value) {
    return new TokenizerOptions(lowercase, Optional.of(value), splitChinese, family);
  }

  /**
   * Returns these options with a choice about Chinese characters.
   *
   * @param value whether BERT's normalizer sets each of them apart
   * @return the changed copy
   */
  public TokenizerOptions withSplitChinese(boolean value) {
    return new TokenizerOptions(lowercase, stripAccents, Optional.of(value), family);
  }

  /**
   * Returns these options with a family.
   *
   * @param value how vocabulary files are read
   * @return the changed copy
   */
  public TokenizerOptions withFamily(TokenizerFamily value) {
    return new TokenizerOptions(lowercase, stripAccents, splitChinese, Optional.of(value));
  }

  boolean changesNormalizer() {
    return lowercase.isPresent() || stripAccents.isPresent() || splitChinese.isPresent();
  }
}
