package dev.bearhug.transformers.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts complete encodings to a limit of length.
 *
 * <p>Works on the finished token sequence, template included, so that the native tokenizer keeps no
 * state. The choice between two texts follows the reference Python tokenizers token by token; the
 * Rust library gives the odd token of an even split to the other text.
 */
final class Truncation {

  private final EncodeOptions options;
  private final boolean fromLeft;

  /**
   * Creates the rule.
   *
   * @param options limit, strategy and windows
   * @param fromLeft whether tokens are removed from the start of a text instead of its end
   */
  Truncation(EncodeOptions options, boolean fromLeft) {
    this.options = options;
    this.fromLeft = fromLeft;
  }

  Encoding apply(Encoding full, boolean pair) {
    int limit = options.maxLength();
    if (options.keepOverflow()
        && pair
        && options.truncation() == TruncationStrategy.LONGEST_FIRST) {
      throw new TokenizerException(
          "truncation: windows over a pair need one text to move over, but longest_first cuts"
              + " both. Use only_first or only_second.");
    }
    if (!pair && options.truncation() == TruncationStrategy.ONLY_SECOND) {
      throw new TokenizerException(
          "truncation: only_second needs a pair of texts, one was given. Use longest_first.");
    }
    if (limit == 0 || full.size() <= limit) {
      return full;
    }
    int[] lengths = lengths(full);
    int surplus = full.size() - limit;
    int[] kept = kept(full, lengths, surplus, pair);
    int[] from = new int[2];
    for (int s = 0; s < 2; s++) {
      from[s] = fromLeft ? lengths[s] - kept[s] : 0;
    }
    List<Encoding> windows = options.keepOverflow() ? windows(full, lengths, kept) : List.of();
    return full.select(rows(full, from, kept), surplus, windows);
  }

  private int[] kept(Encoding full, int[] lengths, int surplus, boolean pair) {
    int first = lengths[0];
    int second = lengths[1];
    switch (options.truncation()) {
      case LONGEST_FIRST -> {
        if (surplus > first + second) {
          throw tooSmall(full, first + second);
        }
        for (int i = 0; i < surplus; i++) {
          if (!pair || first > second) {
            first--;
          } else {
            second--;
          }
        }
      }
      case ONLY_FIRST -> first = shorten("first", first, surplus, full);
      case ONLY_SECOND -> second = shorten("second", second, surplus, full);
      case NONE ->
          throw new TokenizerException(
              "truncation: the text has "
                  + full.size()
                  + " tokens, maxLength is "
                  + options.maxLength()
                  + " and the strategy is none. Choose a strategy or a larger maxLength.");
    }
    return new int[] {first, second};
  }

  private int shorten(String which, int length, int surplus, Encoding full) {
    if (surplus >= length) {
      throw new TokenizerException(
          "truncation: the "
              + which
              + " text has "
              + length
              + " tokens, but "
              + surplus
              + " of "
              + full.size()
              + " must go to reach maxLength "
              + options.maxLength()
              + " and one must stay. Use longest_first or a larger maxLength.");
    }
    return length - surplus;
  }

  private TokenizerException tooSmall(Encoding full, int textTokens) {
    return new TokenizerException(
        "truncation: maxLength "
            + options.maxLength()
            + " is smaller than the "
            + (full.size() - textTokens)
            + " special tokens of the template. Use a larger maxLength.");
  }

  private List<Encoding> windows(Encoding full, int[] lengths, int[] kept) {
    int moving = options.truncation() == TruncationStrategy.ONLY_SECOND ? 1 : 0;
    int width = kept[moving];
    int step = width - options.stride();
    if (step <= 0) {
      throw new TokenizerException(
          "truncation: stride "
              + options.stride()
              + " must be smaller than the "
              + width
              + " text tokens that fit into one window of maxLength "
              + options.maxLength()
              + ".");
    }
    List<Encoding> windows = new ArrayList<>();
    for (int covered = width; covered < lengths[moving]; covered += step) {
      int near = covered - options.stride();
      int far = Math.min(lengths[moving], near + width);
      int[] from = {0, 0};
      int[] count = lengths.clone();
      from[moving] = fromLeft ? lengths[moving] - far : near;
      count[moving] = far - near;
      windows.add(full.select(rows(full, from, count), 0, List.of()));
    }
    return windows;
  }

  private static int[] lengths(Encoding full) {
    int[] lengths = new int[2];
    for (int sequence : full.columns().sequenceIds()) {
      if (sequence >= 0) {
        lengths[sequence]++;
      }
    }
    return lengths;
  }

  private static int[] rows(Encoding full, int[] from, int[] count) {
    int[] seen = new int[2];
    int[] rows = new int[full.size()];
    int n = 0;
    for (int i = 0; i < full.size(); i++) {
      int sequence = full.columns().sequenceIds()[i];
      if (sequence < 0) {
        rows[n++] = i;
      } else {
        int position = seen[sequence]++ - from[sequence];
        if (position >= 0 && position < count[sequence]) {
          rows[n++] = i;
        }
      }
    }
    return Arrays.copyOf(rows, n);
  }
}
