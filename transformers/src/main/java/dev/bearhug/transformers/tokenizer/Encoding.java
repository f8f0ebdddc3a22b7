package dev.bearhug.transformers.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The tokens of one text or one pair of texts; immutable, never padded.
 *
 * <p>All arrays have {@link #size()} entries. Offsets are half open and count code points of the
 * text a token comes from; {@link #utf16Start(int)} and {@link #utf16End(int)} give the same span
 * as indices of the Java string. Tokens added by the model's template have no span: offset,
 * sequence and word are -1.
 */
public final class Encoding {

  private final Vocabulary vocabulary;
  private final List<String> texts;
  private final TokenColumns columns;
  private final int truncatedTokens;
  private final List<Encoding> overflow;

  Encoding(
      Vocabulary vocabulary,
      List<String> texts,
      TokenColumns columns,
      int truncatedTokens,
      List<Encoding> overflow) {
    this.vocabulary = vocabulary;
    this.texts = List.copyOf(texts);
    this.columns = columns;
    this.truncatedTokens = truncatedTokens;
    this.overflow = List.copyOf(overflow);
  }

  TokenColumns columns() {
    return columns;
  }

  /** Returns this encoding reduced to the given rows, with what truncation has to report. */
  Encoding select(int[] rows, int truncated, List<Encoding> windows) {
    return new Encoding(vocabulary, texts, columns.select(rows), truncated, windows);
  }

  /**
   * Returns the number of tokens, special tokens included.
   *
   * @return the number of tokens
   */
  public int size() {
    return columns.size();
  }

  /**
   * Returns the token ids.
   *
   * @return a copy
   */
  public int[] ids() {
    return columns.ids().clone();
  }

  /**
   * Returns the segment of each token: 0 for the first text and 1 for the second in models that
   * tell them apart.
   *
   * @return a copy
   */
  public int[] typeIds() {
    return columns.typeIds().clone();
  }

  /**
   * Returns 1 for each token, as nothing is padded here.
   *
   * @return a fresh array
   */
  public int[] attentionMask() {
    int[] ones = new int[size()];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * Returns 1 for tokens that the template added and 0 for tokens of a text.
   *
   * @return a copy
   */
  public int[] specialTokensMask() {
    return columns.specialTokensMask().clone();
  }

  /**
   * Returns for each token the index of its word within its text, -1 for template tokens.
   *
   * @return a copy
   */
  public int[] wordIds() {
    return columns.wordIds().clone();
  }

  /**
   * Returns for each token 0 or 1 for the text it comes from, -1 for template tokens.
   *
   * @return a copy
   */
  public int[] sequenceIds() {
    return columns.sequenceIds().clone();
  }

  /**
   * Returns the spelling of each token in the vocabulary.
   *
   * @return an unmodifiable list
   */
  public List<String> tokens() {
    return IntStream.of(columns.ids()).mapToObj(vocabulary::token).toList();
  }

  /**
   * Says whether a token comes from a text and so has a span.
   *
   * @param token index of the token
   * @return false for tokens of the template
   */
  public boolean hasOffsets(int token) {
    return columns.starts()[token] >= 0;
  }

  /**
   * Returns the first code point of a token in its text.
   *
   * @param token index of the token
   * @return the offset, -1 for a token of the template
   */
  public int start(int token) {
    return columns.starts()[token];
  }

  /**
   * Returns the code point after a token in its text.
   *
   * @param token index of the token
   * @return the offset, -1 for a token of the template
   */
  public int end(int token) {
    return columns.ends()[token];
  }

  /**
   * Returns the index in the Java string where a token starts.
   *
   * @param token index of the token
   * @return the index, -1 for a token of the template
   */
  public int utf16Start(int token) {
    return utf16(token, columns.starts()[token]);
  }

  /**
   * Returns the index in the Java string after a token.
   *
   * @param token index of the token
   * @return the index, -1 for a token of the template
   */
  public int utf16End(int token) {
    return utf16(token, columns.ends()[token]);
  }

  private int utf16(int token, int codePoint) {
    if (codePoint < 0) {
      return -1;
    }
    return texts.get(columns.sequenceIds()[token]).offsetByCodePoints(0, codePoint);
  }

  /**
   * Returns the part of the original text that a token covers.
   *
   * @param token index of the token
   * @return the text, empty for a token of the template
   */
  public String textOf(int token) {
    if (!hasOffsets(token)) {
      return "";
    }
    String text = texts.get(columns.sequenceIds()[token]);
    int start = utf16Start(token);
    return text.substring(start, text.offsetByCodePoints(start, end(token) - start(token)));
  }

  /**
   * Returns the first token whose span holds a character.
   *
   * @param sequence 0 for the first text, 1 for the second
   * @param utf16Index index in that Java string
   * @return the index of the token; empty for white space and for what truncation removed
   */
  public OptionalInt tokenAt(int sequence, int utf16Index) {
    String text = text(sequence);
    int codePoint = text.codePointCount(0, utf16Index);
    // An index inside a surrogate pair belongs to the code point that starts before it.
    if (utf16Index > 0
        && utf16Index < text.length()
        && Character.isSurrogatePair(text.charAt(utf16Index - 1), text.charAt(utf16Index))) {
      codePoint--;
    }
    for (int i = 0; i < size(); i++) {
      if (columns.sequenceIds()[i] == sequence
          && columns.starts()[i] <= codePoint
          && codePoint < columns.ends()[i]) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Returns a text that was encoded.
   *
   * @param sequence 0 for the first text, 1 for the second
   * @return the text as it was given
   * @throws TokenizerException if there is no such text
   */
  public String text(int sequence) {
    if (sequence < 0 || sequence >= texts.size()) {
      throw new TokenizerException(
          "encoding: no text "
              + sequence
              + "; this encoding is made of "
              + texts.size()
              + " (0 is the first).");
    }
    return texts.get(sequence);
  }

  /**
   * Returns how many tokens of the texts the limit of length removed; whoever sets a limit should
   * count and report them.
   *
   * @return the number of tokens, 0 where nothing was cut
   */
  public int truncatedTokens() {
    return truncatedTokens;
  }

  /**
   * Returns the further windows over a text that was too long, if {@link
   * EncodeOptions#keepOverflow()} asked for them.
   *
   * @return the windows after this one, in the order in which they move away from it
   */
  public List<Encoding> overflow() {
    return overflow;
  }

  /** Compares texts, all columns, the truncation count and the further windows. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && truncatedTokens == that.truncatedTokens
        && texts.equals(that.texts)
        && Arrays.equals(columns.ids(), that.columns.ids())
        && Arrays.equals(columns.typeIds(), that.columns.typeIds())
        && Arrays.equals(columns.specialTokensMask(), that.columns.specialTokensMask())
        && Arrays.equals(columns.starts(), that.columns.starts())
        && Arrays.equals(columns.ends(), that.columns.ends())
        && Arrays.equals(columns.wordIds(), that.columns.wordIds())
        && Arrays.equals(columns.sequenceIds(), that.columns.sequenceIds())
        && overflow.equals(that.overflow);
  }

  @Override
  public int hashCode() {
    return 31 * texts.hashCode() + Arrays.hashCode(columns.ids());
  }

  @Override
  public String toString() {
    return "Encoding" + tokens();
  }
}
