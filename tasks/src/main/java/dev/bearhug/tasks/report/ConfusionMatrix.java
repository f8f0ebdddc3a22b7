package dev.bearhug.tasks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Counts of predictions by true label (row) and predicted label (column).
 *
 * @param labels label names in the order of their ids
 * @param counts one row per label, one count per label in each
 */
public record ConfusionMatrix(List<String> labels, List<List<Long>> counts) {

  /** Checks that the counts are square, fit the labels and are not negative. */
  public ConfusionMatrix {
    labels = List.copyOf(labels);
    List<List<Long>> rows = new ArrayList<>();
    counts.forEach(row -> rows.add(List.copyOf(row)));
    counts = Collections.unmodifiableList(rows);
    for (List<Long> row : counts) {
      if (row.size() != labels.size() || row.stream().anyMatch(count -> count < 0)) {
        throw new IllegalArgumentException(
            "confusion matrix: a row must hold one count, not negative, per label (row "
                + row
                + ", "
                + labels.size()
                + " labels).");
      }
    }
    if (labels.isEmpty() || counts.size() != labels.size()) {
      throw new IllegalArgumentException(
          "confusion matrix: needs one row per label, at least one ("
              + counts.size()
              + " rows, "
              + labels.size()
              + " labels).");
    }
  }

  /**
   * Counts pairs of labels.
   *
   * @param labels label names in the order of their ids
   * @param truth true label ids
   * @param predicted predicted label ids, as many
   */
  public static ConfusionMatrix of(List<String> labels, int[] truth, int[] predicted) {
    if (truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "confusion matrix: "
              + truth.length
              + " true labels but "
              + predicted.length
              + " predictions.");
    }
    long[][] counts = new long[labels.size()][labels.size()];
    for (int i = 0; i < truth.length; i++) {
      counts[checked(truth[i], labels, i)][checked(predicted[i], labels, i)]++;
    }
    List<List<Long>> rows = new ArrayList<>();
    for (long[] row : counts) {
      rows.add(Arrays.stream(row).boxed().toList());
    }
    return new ConfusionMatrix(labels, rows);
  }

  private static int checked(int id, List<String> labels, int position) {
    if (id < 0 || id >= labels.size()) {
      throw new IllegalArgumentException(
          "confusion matrix: label id "
              + id
              + " of example "
              + position
              + " is outside [0, "
              + labels.size()
              + ").");
    }
    return id;
  }

  /** Returns how often {@code truth} was predicted as {@code predicted}. */
  public long count(int truth, int predicted) {
    return counts.get(truth).get(predicted);
  }

  /** Returns how many examples have the true label {@code truth}. */
  public long rowTotal(int truth) {
    return counts.get(truth).stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the share of the row in a cell, in [0, 1]; 0 in a row without examples. */
  public double rowShare(int truth, int predicted) {
    long total = rowTotal(truth);
    return total == 0 ? 0 : (double) count(truth, predicted) / total;
  }
}
