package dev.bearhug.tasks.report;

import dev.bearhug.tasks.metric.ConfusionMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A confusion matrix with the names of its labels, as it is drawn and stored in reports.
 *
 * @param labels label names in the order of their ids
 * @param counts one row per true label, one count per predicted label in each
 */
public record ConfusionTable(List<String> labels, List<List<Long>> counts) {

  /** Checks that the counts are square, fit the labels and are not negative. */
  public ConfusionTable {
    labels = List.copyOf(labels);
    List<List<Long>> rows = new ArrayList<>();
    counts.forEach(row -> rows.add(List.copyOf(row)));
    counts = Collections.unmodifiableList(rows);
    for (List<Long> row : counts) {
      if (row.size() != labels.size() || row.stream().anyMatch(count -> count < 0)) {
        throw new IllegalArgumentException(
            "confusion table: a row must hold one count, not negative, per label (row "
                + row
                + ", "
                + labels.size()
                + " labels).");
      }
    }
    if (labels.isEmpty() || counts.size() != labels.size()) {
      throw new IllegalArgumentException(
          "confusion table: needs one row per label, at least one ("
              + counts.size()
              + " rows, "
              + labels.size()
              + " labels).");
    }
  }

  /**
   * Names the classes of a matrix.
   *
   * @param labels label names in the order of their ids
   * @param matrix counts over the classes {@code 0 .. labels.size() - 1}
   */
  public static ConfusionTable of(List<String> labels, ConfusionMatrix matrix) {
    List<List<Long>> rows = new ArrayList<>();
    for (long[] row : matrix.counts()) {
      rows.add(Arrays.stream(row).boxed().toList());
    }
    return new ConfusionTable(labels, rows);
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
