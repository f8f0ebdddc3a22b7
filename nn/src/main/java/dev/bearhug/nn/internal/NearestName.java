package dev.bearhug.nn.internal;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name a user most likely meant, for error messages. */
public final class NearestName {

  private NearestName() {}

  /**
   * Returns the candidate with the smallest edit distance, ignoring case.
   *
   * @param wanted the name that is not known
   * @param candidates the known names; of equally near ones the first is taken
   * @return the nearest candidate, or empty if none shares at least half of its letters
   */
  public static Optional<String> of(String wanted, Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    String lower = wanted.toLowerCase(Locale.ROOT);
    for (String candidate : candidates) {
      int distance = distance(lower, candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    boolean near = best != null && bestDistance * 2 <= Math.max(wanted.length(), best.length());
    return near ? Optional.of(best) : Optional.empty();
  }

  /** Levenshtein distance, one row of the table at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
