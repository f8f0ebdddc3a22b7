package dev.bearhug.tasks.evaluator;

import dev.bearhug.tasks.metric.MetricValues;
import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.report.ConfusionTable;
import java.util.List;

/**
 * The result of judging a model on a split.
 *
 * @param metrics {@code loss} first, then the metrics of the task; empty when the examples have no
 *     labels
 * @param predictions one for each example, in the order of the data
 * @param confusion predictions by true label; {@code null} unless each example has one label
 */
public record Evaluation(
    MetricValues metrics, List<Prediction> predictions, ConfusionTable confusion) {

  /** Copies the list. */
  public Evaluation {
    predictions = List.copyOf(predictions);
  }
}
