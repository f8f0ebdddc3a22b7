package dev.bearhug.tasks.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Precision, recall and F1 of class predictions, averaged over the classes that occur in the
 * references or predictions.
 *
 * <p>Values: {@code micro_*}, {@code macro_*}, {@code weighted_*}, and with a positive class also
 * the plain {@code precision}, {@code recall}, {@code f1} of that class.
 */
public final class F1 implements Metric<int[], int[]> {

  private final ZeroDivision zeroDivision;
  private final OptionalInt positiveClass;

  private F1(ZeroDivision zeroDivision, OptionalInt positiveClass) {
    this.zeroDivision = zeroDivision;
    this.positiveClass = positiveClass;
  }

  /** Returns the averages over classes, an empty denominator counting as 0. */
  public static F1 averaged() {
    return averaged(ZeroDivision.ZERO);
  }

  /** Returns the averages over classes. */
  public static F1 averaged(ZeroDivision zeroDivision) {
    return new F1(zeroDivision, OptionalInt.empty());
  }

  /** Returns the averages and the values of one positive class, an empty denominator being 0. */
  public static F1 binary(int positiveClass) {
    return binary(positiveClass, ZeroDivision.ZERO);
  }

  /** Returns the averages and the values of one positive class. */
  public static F1 binary(int positiveClass, ZeroDivision zeroDivision) {
    return new F1(zeroDivision, OptionalInt.of(positiveClass));
  }

  @Override
  public MetricValues compute(int[] references, int[] predictions) {
    ConfusionMatrix matrix = ConfusionMatrix.ofObserved(references, predictions);
    Map<String, Double> values = new LinkedHashMap<>();
    if (positiveClass.isPresent()) {
      ofClass(matrix, positiveClass.getAsInt(), zeroDivision).putInto(values, "");
    }
    ClassCounts counts = ClassCounts.of(matrix);
    counts.mean(zeroDivision).putInto(values, "macro_");
    counts.micro(zeroDivision).putInto(values, "micro_");
    counts.weighted(zeroDivision).putInto(values, "weighted_");
    return new MetricValues(values);
  }

  /** Returns the values of one class; a class that never occurs has only empty denominators. */
  public static PrecisionRecall ofClass(
      ConfusionMatrix matrix, int classId, ZeroDivision zeroDivision) {
    int position = matrix.positionOf(classId);
    return position < 0
        ? PrecisionRecall.of(0, 0, 0, zeroDivision)
        : ClassCounts.of(matrix).get(position, zeroDivision);
  }

  /** Returns the values of each class of a matrix, in its order. */
  public static List<PrecisionRecall> perClass(ConfusionMatrix matrix, ZeroDivision zeroDivision) {
    ClassCounts counts = ClassCounts.of(matrix);
    List<PrecisionRecall> result = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      result.add(counts.get(i, zeroDivision));
    }
    return List.copyOf(result);
  }
}
