package dev.bearhug.transformers.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns WordPiece tokens from word counts by joining the most frequent pair of pieces.
 *
 * <p>Only words that hold the joined pair are touched in a step, and pairs wait in a heap whose
 * outdated entries are put back when they come up. Equal counts go by the ids of the two pieces, so
 * the result has no chance in it.
 */
final class WordPieceTrainer {

  private static final String PREFIX = "##";
  private static final int MAX_WORD_CHARS = 100;

  private final VocabularyOptions options;
  private final Map<String, Long> wordCounts;
  private final List<String> tokens = new ArrayList<>(VocabularyOptions.SPECIAL_TOKENS);
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::key));
  private long coveredWords;

  /** A pair of neighbouring pieces: how often it occurs, and the words that hold or held it. */
  private static final class Pair {
    private long count;
    private int[] words = new int[4];
    private int size;

    void addWord(int word) {
      // Words are visited in turn, so a repetition can only be the last entry.
      if (size > 0 && words[size - 1] == word) {
        return;
      }
      if (size == words.length) {
        words = Arrays.copyOf(words, size * 2);
      }
      words[size++] = word;
    }
  }

  private record Candidate(long key, long count) {}

  /**
   * Creates a trainer.
   *
   * @param wordCounts how often each word occurs, in a fixed order
   * @param options size and thresholds
   */
  WordPieceTrainer(Map<String, Long> wordCounts, VocabularyOptions options) {
    this.wordCounts = wordCounts;
    this.options = options;
  }

  /** Returns how many word occurrences the vocabulary can express; valid after {@link #train}. */
  long coveredWords() {
    return coveredWords;
  }

  List<String> train() {
    tokens.forEach(token -> ids.put(token, ids.size()));
    addAlphabet();
    splitWords();
    pairs.forEach((key, pair) -> queue.add(new Candidate(key, pair.count)));
    while (tokens.size() < options.size() && !queue.isEmpty()) {
      Candidate best = queue.poll();
      Pair pair = pairs.get(best.key());
      if (pair == null || pair.count != best.count()) {
        if (pair != null && pair.count > 0) {
          queue.add(new Candidate(best.key(), pair.count));
        }
        continue;
      }
      if (pair.count < options.minFrequency()) {
        break;
      }
      join(best.key(), pair);
    }
    return List.copyOf(tokens);
  }

  /** Adds the pieces of one character, the most frequent characters first if not all fit. */
  private void addAlphabet() {
    Map<Integer, Long> characters = new TreeMap<>();
    wordCounts.forEach(
        (word, count) -> word.codePoints().forEach(c -> characters.merge(c, count, Long::sum)));
    List<Integer> ranked = new ArrayList<>(characters.keySet());
    ranked.sort(Comparator.comparing((Integer c) -> characters.get(c)).reversed());
    List<Integer> kept = new ArrayList<>();
    int room = options.size() - tokens.size();
    for (int c : ranked.subList(0, Math.min(ranked.size(), options.alphabetLimit()))) {
      // A character that can stand inside a word needs a second piece for that place.
      int needed = BertWords.isAlone(c) ? 1 : 2;
      if (needed > room) {
        break;
      }
      room -= needed;
      kept.add(c);
    }
    if (kept.isEmpty()) {
      throw new TokenizerException(
          "vocabulary: size " + options.size() + " leaves no room for a single character.");
    }
    kept.sort(null);
    kept.forEach(c -> add(Character.toString(c)));
    kept.stream()
        .filter(c -> !BertWords.isAlone(c))
        .forEach(c -> add(PREFIX + Character.toString(c)));
  }

  private int add(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known;
    }
    tokens.add(token);
    return tokens.size() - 1;
  }

  private void splitWords() {
    wordCounts.forEach(
        (word, count) -> {
          int[] characters = word.codePoints().toArray();
          int[] pieces = new int[characters.length];
          for (int i = 0; i < characters.length; i++) {
            String piece = (i == 0 ? "" : PREFIX) + Character.toString(characters[i]);
            Integer id = ids.get(piece);
            // Such a word becomes [UNK] as a whole, so its other pairs teach nothing.
            if (id == null || characters.length > MAX_WORD_CHARS) {
              return;
            }
            pieces[i] = id;
          }
          coveredWords += count;
          words.add(pieces);
          counts.add(count);
          countPairs(words.size() - 1, 1);
        });
  }

  /** Adds the pairs of a word to the counts, or takes them out with a sign of -1. */
  private void countPairs(int word, int sign) {
    int[] pieces = words.get(word);
    long count = sign * counts.get(word);
    for (int i = 0; i + 1 < pieces.length; i++) {
      Pair pair = pairs.computeIfAbsent(key(pieces[i], pieces[i + 1]), k -> new Pair());
      pair.count += count;
      if (sign > 0) {
        pair.addWord(word);
      }
    }
  }

  private void join(long key, Pair pair) {
    int left = (int) (key >>> 32);
    int right = (int) key;
    int joined = add(tokens.get(left) + tokens.get(right).substring(PREFIX.length()));
    Set<Long> touched = new HashSet<>();
    for (int w = 0; w < pair.size; w++) {
      int word = pair.words[w];
      int[] before = words.get(word);
      int[] after = joined(before, left, right, joined);
      if (after.length == before.length) {
        continue;
      }
      countPairs(word, -1);
      words.set(word, after);
      countPairs(word, 1);
      for (int i = 0; i + 1 < after.length; i++) {
        if (after[i] == joined || after[i + 1] == joined) {
          touched.add(key(after[i], after[i + 1]));
        }
      }
    }
    // Counts of other pairs only fall; their entries are corrected when they come up.
    touched.forEach(k -> queue.add(new Candidate(k, pairs.get(k).count)));
    pairs.remove(key);
  }

  private static int[] joined(int[] pieces, int left, int right, int joined) {
    int[] result = new int[pieces.length];
    int n = 0;
    for (int i = 0; i < pieces.length; i++) {
      if (i + 1 < pieces.length && pieces[i] == left && pieces[i + 1] == right) {
        result[n++] = joined;
        i++;
      } else {
        result[n++] = pieces[i];
      }
    }
    return n == pieces.length ? pieces : Arrays.copyOf(result, n);
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
