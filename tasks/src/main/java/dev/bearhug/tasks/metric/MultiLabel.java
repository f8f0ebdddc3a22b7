package dev.bearhug.tasks.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures for sets of labels given as indicator rows {@code [examples, labels]}.
 *
 * <p>Values: {@code subset_accuracy} (all labels of an example right), {@code hamming_loss} (share
 * of wrong entries) and precision, recall and F1 as {@code micro_*}, {@code macro_*}, {@code
 * weighted_*} over labels and {@code samples_*}, the mean over examples. Without examples all but
 * the micro and weighted values are {@code NaN}.
 */
public final class MultiLabel implements Metric<boolean[][], boolean[][]> {

  private final ZeroDivision zeroDivision;

  /** Makes the metric with empty denominators counting as 0. */
  public MultiLabel() {
    this(ZeroDivision.ZERO);
  }

  /** Makes the metric with a chosen value for empty denominators. */
  public MultiLabel(ZeroDivision zeroDivision) {
    this.zeroDivision = zeroDivision;
  }

  @Override
  public MetricValues compute(boolean[][] references, boolean[][] predictions) {
    int labels = requireRectangle(references, predictions);
    ClassCounts byLabel = empty(labels);
    ClassCounts bySample = empty(references.length);
    long exact = 0;
    long wrong = 0;
    for (int i = 0; i < references.length; i++) {
      exact += Arrays.equals(references[i], predictions[i]) ? 1 : 0;
      for (int k = 0; k < labels; k++) {
        boolean actual = references[i][k];
        boolean predicted = predictions[i][k];
        wrong += actual == predicted ? 0 : 1;
        count(byLabel, k, actual, predicted);
        count(bySample, i, actual, predicted);
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("subset_accuracy", (double) exact / references.length);
    values.put("hamming_loss", (double) wrong / ((double) references.length * labels));
    byLabel.micro(zeroDivision).putInto(values, "micro_");
    byLabel.mean(zeroDivision).putInto(values, "macro_");
    byLabel.weighted(zeroDivision).putInto(values, "weighted_");
    bySample.mean(zeroDivision).putInto(values, "samples_");
    return new MetricValues(values);
  }

  private static ClassCounts empty(int size) {
    return new ClassCounts(new long[size], new long[size], new long[size]);
  }

  private static void count(ClassCounts counts, int index, boolean actual, boolean predicted) {
    counts.truePositives()[index] += actual && predicted ? 1 : 0;
    counts.predicted()[index] += predicted ? 1 : 0;
    counts.actual()[index] += actual ? 1 : 0;
  }

  private static int requireRectangle(boolean[][] references, boolean[][] predictions) {
    Sizes.requireEqual("multi-label metric", references.length, predictions.length);
    int labels = references.length == 0 ? 0 : references[0].length;
    for (int i = 0; i < references.length; i++) {
      if (references[i].length != labels || predictions[i].length != labels) {
        throw new IllegalArgumentException(
            "multi-label metric: row %d has %d references and %d predictions, row 0 has %d labels."
                .formatted(i, references[i].length, predictions[i].length, labels));
      }
    }
    return labels;
  }
}
