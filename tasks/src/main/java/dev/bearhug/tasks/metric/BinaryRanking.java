package dev.bearhug.tasks.metric;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How well scores rank positives above negatives: {@code roc_auc} and {@code average_precision}.
 *
 * <p>ROC AUC is the probability that a positive scores above a negative, ties counting one half; it
 * is {@code NaN} unless both kinds occur. Average precision is {@code sum (R_n - R_(n-1)) P_n} over
 * the distinct scores from high to low; it is {@code NaN} without positives. Scores must be finite.
 */
public final class BinaryRanking implements Metric<boolean[], double[]> {

  /** Creates the metric; it has no settings. */
  public BinaryRanking() {}

  @Override
  public MetricValues compute(boolean[] references, double[] scores) {
    Sizes.requireEqual("binary ranking", references.length, scores.length);
    for (int i = 0; i < scores.length; i++) {
      if (!Double.isFinite(scores[i])) {
        throw new IllegalArgumentException(
            "binary ranking: the score at " + i + " must be finite (is " + scores[i] + ").");
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("roc_auc", rocAuc(references, scores));
    values.put("average_precision", averagePrecision(references, scores));
    return new MetricValues(values);
  }

  private static double rocAuc(boolean[] references, double[] scores) {
    double[] ranks = Ranks.average(scores);
    double rankSum = 0;
    long positives = 0;
    for (int i = 0; i < references.length; i++) {
      if (references[i]) {
        rankSum += ranks[i];
        positives++;
      }
    }
    long negatives = references.length - positives;
    double wins = rankSum - 0.5 * positives * (positives + 1.0);
    return wins / ((double) positives * negatives);
  }

  private static double averagePrecision(boolean[] references, double[] scores) {
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted((a, b) -> Double.compare(scores[b], scores[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    long positives = IntStream.range(0, references.length).filter(i -> references[i]).count();
    double sum = 0;
    long hits = 0;
    for (int start = 0; start < order.length; ) {
      int end = start;
      long before = hits;
      while (end < order.length && scores[order[end]] == scores[order[start]]) {
        hits += references[order[end]] ? 1 : 0;
        end++;
      }
      sum += (double) (hits - before) * hits / end;
      start = end;
    }
    return sum / positives;
  }
}
