package dev.bearhug.tasks.evaluator;

import dev.bearhug.tasks.metric.ConfusionMatrix;
import dev.bearhug.tasks.metric.MetricValues;
import dev.bearhug.tasks.metric.Metrics;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.processor.Probabilities;
import dev.bearhug.tasks.processor.TextFeatures;
import dev.bearhug.tasks.report.ConfusionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Judges classes, sets of classes and numbers.
 *
 * <p>The loss is summed in double precision over all examples: cross entropy for classes, mean
 * binary cross entropy over the classes of a set, squared error for numbers.
 */
public final class ClassificationEvaluator implements Evaluator<TextFeatures> {

  private final LabelSet labels;

  /** Creates an evaluator for data with these labels. */
  public ClassificationEvaluator(LabelSet labels) {
    this.labels = labels;
  }

  @Override
  public Evaluation evaluate(List<TextFeatures> features, List<float[]> outputs) {
    if (features.size() != outputs.size()) {
      throw new IllegalArgumentException(
          "evaluator: there must be outputs for each example (examples "
              + features.size()
              + ", outputs "
              + outputs.size()
              + ").");
    }
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      predictions.add(Prediction.of(features.get(i), outputs.get(i), labels));
    }
    if (features.isEmpty() || !features.stream().allMatch(TextFeatures::isLabelled)) {
      return new Evaluation(new MetricValues(Map.of()), predictions, null);
    }
    MetricValues loss = MetricValues.of("loss", meanLoss(features, outputs));
    return switch (labels.type()) {
      case SINGLE -> {
        int[] truth = features.stream().mapToInt(f -> (int) f.target()[0]).toArray();
        int[] predicted = outputs.stream().mapToInt(Probabilities::argmax).toArray();
        MetricValues values =
            Metrics.compute(Metrics.singleLabel(labels.outputs()), truth, predicted);
        ConfusionMatrix matrix = ConfusionMatrix.of(truth, predicted, labels.outputs());
        yield new Evaluation(
            loss.and(values), predictions, ConfusionTable.of(labels.names(), matrix));
      }
      case MULTI -> new Evaluation(loss.and(sets(features, predictions)), predictions, null);
      case REGRESSION -> {
        double[] truth = features.stream().mapToDouble(f -> f.target()[0]).toArray();
        double[] predicted = outputs.stream().mapToDouble(o -> o[0]).toArray();
        yield new Evaluation(
            loss.and(Metrics.compute(Metrics.regression(), truth, predicted)), predictions, null);
      }
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    };
  }

  private MetricValues sets(List<TextFeatures> features, List<Prediction> predictions) {
    boolean[][] truth = new boolean[features.size()][labels.outputs()];
    boolean[][] predicted = new boolean[features.size()][labels.outputs()];
    for (int i = 0; i < truth.length; i++) {
      for (int label = 0; label < labels.outputs(); label++) {
        truth[i][label] = features.get(i).target()[label] == 1;
      }
      for (String name : predictions.get(i).labels()) {
        predicted[i][labels.id(name)] = true;
      }
    }
    return Metrics.compute(Metrics.multiLabel(), truth, predicted);
  }

  private double meanLoss(List<TextFeatures> features, List<float[]> outputs) {
    double sum = 0;
    for (int i = 0; i < outputs.size(); i++) {
      sum += loss(labels.type(), features.get(i).target(), outputs.get(i));
    }
    return sum / outputs.size();
  }

  private static double loss(LabelType type, float[] target, float[] output) {
    if (type == LabelType.SINGLE) {
      return Probabilities.logSumExp(output) - output[(int) target[0]];
    }
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      double x = output[i];
      sum +=
          type == LabelType.REGRESSION
              ? (x - target[i]) * (x - target[i])
              // max(x, 0) - x y + log(1 + exp(-|x|)) does not overflow.
              : Math.max(x, 0) - x * target[i] + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return sum / output.length;
  }
}
