package dev.bearhug.transformers.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits texts into words as BERT's normalizer and pre-tokenizer do: white space separates,
 * punctuation marks and Chinese characters stand alone, control characters vanish.
 */
final class BertWords {

  private final boolean lowercase;

  /**
   * Creates a splitter.
   *
   * @param lowercase whether words are lower-cased and lose their accents
   */
  BertWords(boolean lowercase) {
    this.lowercase = lowercase;
  }

  List<String> split(String text) {
    String source = lowercase ? Normalizer.normalize(text, Normalizer.Form.NFD) : text;
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < source.length(); ) {
      int c = source.codePointAt(i);
      i += Character.charCount(c);
      if (isSpace(c)) {
        end(word, words);
      } else if (isAlone(c)) {
        end(word, words);
        words.add(Character.toString(c));
      } else if (!isRemoved(c)) {
        word.appendCodePoint(lowercase ? Character.toLowerCase(c) : c);
      }
    }
    end(word, words);
    return words;
  }

  private static void end(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static boolean isSpace(int c) {
    return c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
  }

  private boolean isRemoved(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      case Character.NON_SPACING_MARK -> lowercase;
      default -> c == 0xFFFD;
    };
  }

  /** Says whether a character is a word of its own. */
  static boolean isAlone(int c) {
    return isPunctuation(c) || isChinese(c);
  }

  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return c > 32 && c < 127 && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  private static boolean isChinese(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B820 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }
}
