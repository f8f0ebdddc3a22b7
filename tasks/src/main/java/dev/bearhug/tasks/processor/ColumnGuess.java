package dev.bearhug.tasks.processor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which columns hold the texts and the label, found by well-known names or by the values. */
final class ColumnGuess {

  private static final int MAX_LABEL_CHARS = 60;
  private static final int MIN_ROWS_FOR_REPEATS = 20;
  private static final List<List<String>> PAIRS =
      List.of(
          List.of("sentence1", "sentence2"),
          List.of("text_a", "text_b"),
          List.of("text1", "text2"),
          List.of("premise", "hypothesis"),
          List.of("question1", "question2"),
          List.of("question", "sentence"),
          List.of("#1 string", "#2 string"));
  private static final List<String> SINGLES =
      List.of("sentence1", "text_a", "sentence", "text", "content", "review");
  private static final List<String> LABELS =
      List.of(
          "label", "labels", "gold_label", "quality", "score", "similarity", "class", "category");

  private ColumnGuess() {}

  /** Finds the second name of a pair whose first is the given column, or {@code null}. */
  static String partnerOf(String column) {
    for (List<String> pair : PAIRS) {
      if (pair.get(0).equals(column.toLowerCase(Locale.ROOT))) {
        return pair.get(1);
      }
    }
    return null;
  }

  /** Returns the text columns with well-known names: one, two (a pair), or none when unclear. */
  static List<String> texts(List<String> columns) {
    List<List<String>> found = new ArrayList<>();
    for (List<String> pair : PAIRS) {
      String first = find(columns, pair.get(0));
      String second = find(columns, pair.get(1));
      if (first != null && second != null) {
        found.add(List.of(first, second));
      }
    }
    if (found.isEmpty()) {
      for (String single : SINGLES) {
        String column = find(columns, single);
        if (column != null) {
          found.add(List.of(column));
        }
      }
    }
    return found.size() == 1 ? found.get(0) : List.of();
  }

  /** Returns the label column with a well-known name, or {@code null} when unclear. */
  static String label(List<String> columns) {
    List<String> found =
        columns.stream().filter(c -> LABELS.contains(c.toLowerCase(Locale.ROOT))).toList();
    return found.size() == 1 ? found.get(0) : find(columns, "label");
  }

  /** Says whether a first row names columns: it must hold known names of a text and of a label. */
  static boolean isHeader(List<String> row) {
    boolean label = row.stream().anyMatch(c -> LABELS.contains(c.toLowerCase(Locale.ROOT)));
    boolean text = !texts(row).isEmpty();
    return (label || row.size() > 1 && row.stream().anyMatch("index"::equalsIgnoreCase)) && text;
  }

  /**
   * Returns the label column of rows without header: the first or the last one, when exactly one of
   * them holds numbers, else when exactly one has few values; -1 when unclear.
   */
  static int labelByValues(List<List<String>> rows) {
    int last = rows.get(0).size() - 1;
    boolean firstNumbers = numeric(rows, 0);
    boolean lastNumbers = numeric(rows, last);
    if (firstNumbers != lastNumbers) {
      return firstNumbers ? 0 : last;
    }
    boolean firstFew = !firstNumbers && repeats(rows, 0);
    boolean lastFew = !lastNumbers && repeats(rows, last);
    return firstFew == lastFew ? -1 : firstFew ? 0 : last;
  }

  /** Says whether the first row differs from all others in its label, as a header would. */
  static boolean firstRowIsSuspicious(List<List<String>> rows, int label) {
    List<List<String>> others = rows.subList(1, rows.size());
    String first = rows.get(0).get(label);
    if (others.isEmpty() || others.stream().anyMatch(row -> row.get(label).equals(first))) {
      return false;
    }
    return numeric(others, label)
        ? LabelSet.number(first.strip()) == null
        : others.size() >= MIN_ROWS_FOR_REPEATS && repeats(others, label);
  }

  private static boolean numeric(List<List<String>> rows, int column) {
    return rows.stream().allMatch(row -> LabelSet.number(row.get(column).strip()) != null);
  }

  private static boolean repeats(List<List<String>> rows, int column) {
    Set<String> distinct = new HashSet<>();
    for (List<String> row : rows) {
      if (row.get(column).isBlank() || row.get(column).length() > MAX_LABEL_CHARS) {
        return false;
      }
      distinct.add(row.get(column));
    }
    return distinct.size() <= Math.max(2, rows.size() / 5);
  }

  private static String find(List<String> columns, String lowerName) {
    return columns.stream()
        .filter(c -> c.toLowerCase(Locale.ROOT).equals(lowerName))
        .findFirst()
        .orElse(null);
  }
}
