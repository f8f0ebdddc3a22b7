package dev.bearhug.transformers.tokenizer;

import java.util.List;

/**
 * Says how {@link WordPieceVocabulary#build(Iterable, VocabularyOptions)} trains.
 *
 * @param size largest number of tokens, special tokens included; fewer come out where no pair of
 *     pieces is frequent enough
 * @param lowercase whether texts are lower-cased and lose their accents first
 * @param minFrequency how often a pair of pieces must occur to become one piece
 * @param alphabetLimit largest number of distinct characters; rarer ones become {@code [UNK]}
 */
public record VocabularyOptions(int size, boolean lowercase, int minFrequency, int alphabetLimit) {

  /** The special tokens that every trained vocabulary starts with, in the order of their ids. */
  public static final List<String> SPECIAL_TOKENS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /**
   * Checks the options.
   *
   * @throws TokenizerException if a number is out of range
   */
  public VocabularyOptions {
    require("size", size, SPECIAL_TOKENS.size() + 1, Vocabulary.MAX_SIZE);
    require("minFrequency", minFrequency, 1, Integer.MAX_VALUE);
    require("alphabetLimit", alphabetLimit, 1, Character.MAX_CODE_POINT + 1);
  }

  /**
   * Returns the usual options: lower case, pieces that occur twice, an alphabet of up to 6,000
   * characters, which leaves room for Chinese.
   *
   * @param size largest number of tokens
   * @return the options
   */
  public static VocabularyOptions ofSize(int size) {
    return new VocabularyOptions(size, true, 2, 6000);
  }

  /**
   * Returns these options with a choice about lower case.
   *
   * @param value whether texts are lower-cased and lose their accents first
   * @return the changed copy
   */
  public VocabularyOptions withLowercase(boolean value) {
    return new VocabularyOptions(size, value, minFrequency, alphabetLimit);
  }

  /**
   * Returns these options with another threshold for pairs.
   *
   * @param value how often a pair of pieces must occur to become one piece
   * @return the changed copy
   */
  public VocabularyOptions withMinFrequency(int value) {
    return new VocabularyOptions(size, lowercase, value, alphabetLimit);
  }

  /**
   * Returns these options with another limit of the alphabet.
   *
   * @param value largest number of distinct characters
   * @return the changed copy
   */
  public VocabularyOptions withAlphabetLimit(int value) {
    return new VocabularyOptions(size, lowercase, minFrequency, value);
  }

  private static void require(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new TokenizerException(
          "vocabulary options: "
              + name
              + " must be in ["
              + min
              + ", "
              + max
              + "]; got "
              + value
              + ".");
    }
  }
}
