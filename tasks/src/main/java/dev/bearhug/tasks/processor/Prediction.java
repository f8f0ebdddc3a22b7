package dev.bearhug.tasks.processor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model says about one example, and what is true where that is known.
 *
 * @param id name of the example
 * @param labels the predicted classes: one, or those of a set; empty for a number
 * @param probabilities probability of each class in the order of the class ids; empty for a number
 * @param value the predicted number, or {@code null}
 * @param expectedLabels the true classes, or {@code null} when unknown
 * @param expectedValue the true number, or {@code null} when unknown
 */
public record Prediction(
    String id,
    List<String> labels,
    Map<String, Double> probabilities,
    Double value,
    List<String> expectedLabels,
    Double expectedValue) {

  /** A class counts as one of a set from this probability on. */
  public static final double THRESHOLD = 0.5;

  /** Copies the collections, keeping their order. */
  public Prediction {
    labels = List.copyOf(labels);
    probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    expectedLabels = expectedLabels == null ? null : List.copyOf(expectedLabels);
  }

  /**
   * Reads a model's outputs.
   *
   * @param features the example
   * @param logits outputs of the model, as many as {@link LabelSet#outputs()}
   * @param labels the classes, and what form the outputs have
   */
  public static Prediction of(TextFeatures features, float[] logits, LabelSet labels) {
    float[] target = features.target();
    return switch (labels.type()) {
      case SINGLE -> {
        double[] shares = Probabilities.softmax(logits);
        yield new Prediction(
            features.id(),
            List.of(labels.name(Probabilities.argmax(logits))),
            byName(shares, labels),
            null,
            target == null ? null : List.of(labels.name((int) target[0])),
            null);
      }
      case MULTI -> {
        double[] shares = Probabilities.sigmoid(logits);
        yield new Prediction(
            features.id(),
            chosen(shares, labels),
            byName(shares, labels),
            null,
            target == null ? null : chosen(Probabilities.toDoubles(target), labels),
            null);
      }
      case REGRESSION ->
          new Prediction(
              features.id(),
              List.of(),
              Map.of(),
              (double) logits[0],
              null,
              target == null ? null : (double) target[0]);
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    };
  }

  private static List<String> chosen(double[] shares, LabelSet labels) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] >= THRESHOLD) {
        names.add(labels.name(i));
      }
    }
    return names;
  }

  private static Map<String, Double> byName(double[] shares, LabelSet labels) {
    Map<String, Double> named = new LinkedHashMap<>();
    for (int i = 0; i < shares.length; i++) {
      named.put(labels.name(i), shares[i]);
    }
    return named;
  }
}
