package dev.bearhug.tensor.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the known names nearest to a mistyped one, for the last sentence of a message. */
public final class Suggestions {

  private static final int MAX_SUGGESTIONS = 3;
  private static final int MAX_LENGTH = 200;

  private Suggestions() {}

  /**
   * Returns the edit distance of two words: the least number of inserted, deleted, replaced or
   * swapped neighbouring characters (optimal string alignment).
   */
  public static int distance(String a, String b) {
    int[] beforePrevious = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          current[j] = Math.min(current[j], beforePrevious[j - 2] + 1);
        }
      }
      int[] free = beforePrevious;
      beforePrevious = previous;
      previous = current;
      current = free;
    }
    return previous[b.length()];
  }

  /**
   * Returns at most three known names near a given one, the nearest first.
   *
   * <p>Case does not count. A name is near when the distance is at most a third of the longer word
   * (at least 2), or when one contains the other and the shorter has three characters or more.
   * Names of more than 200 characters are never near: they may come from hostile files.
   */
  public static List<String> nearest(String given, Collection<String> known) {
    String wanted = given.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(name -> isNear(wanted, name.toLowerCase(Locale.ROOT)))
        .sorted(
            Comparator.comparingInt(
                    (String name) -> distance(wanted, name.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()))
        .limit(MAX_SUGGESTIONS)
        .toList();
  }

  /** Returns {@code " Did you mean x or y?"}, or an empty text when nothing is near. */
  public static String didYouMean(String given, Collection<String> known) {
    List<String> near = nearest(given, known);
    return near.isEmpty() ? "" : " Did you mean " + String.join(" or ", near) + "?";
  }

  private static boolean isNear(String a, String b) {
    int longer = Math.max(a.length(), b.length());
    int shorter = Math.min(a.length(), b.length());
    int allowed = Math.max(2, longer / 3);
    if (longer > MAX_LENGTH) {
      return false;
    }
    if (shorter >= 3 && (a.contains(b) || b.contains(a))) {
      return true;
    }
    return longer - shorter <= allowed
        && shorter > 0
        && distance(a, b) <= allowed
        && distance(a, b) < longer;
  }
}
