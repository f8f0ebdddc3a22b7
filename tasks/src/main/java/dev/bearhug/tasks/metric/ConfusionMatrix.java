package dev.bearhug.tasks.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts of (true class, predicted class) pairs.
 *
 * <p>A value: arrays are copied in and out, and two matrices are equal when classes and counts are.
 */
public final class ConfusionMatrix {

  private final int[] classes;
  private final long[][] counts;

  private ConfusionMatrix(int[] classes, long[][] counts) {
    this.classes = classes;
    this.counts = counts;
  }

  /**
   * Counts over the classes that occur in the references or in the predictions, in ascending order.
   *
   * @param references true class ids, {@code [examples]}
   * @param predictions predicted class ids, {@code [examples]}
   */
  public static ConfusionMatrix ofObserved(int[] references, int[] predictions) {
    Sizes.requireEqual("confusion matrix", references.length, predictions.length);
    int[] classes =
        IntStream.concat(Arrays.stream(references), Arrays.stream(predictions))
            .sorted()
            .distinct()
            .toArray();
    long[][] counts = new long[classes.length][classes.length];
    for (int i = 0; i < references.length; i++) {
      int row = Arrays.binarySearch(classes, references[i]);
      counts[row][Arrays.binarySearch(classes, predictions[i])]++;
    }
    return new ConfusionMatrix(classes, counts);
  }

  /**
   * Counts over the classes {@code 0 .. classCount - 1}, whether they occur or not.
   *
   * @throws IllegalArgumentException when an id lies outside of the range
   */
  public static ConfusionMatrix of(int[] references, int[] predictions, int classCount) {
    Sizes.requireEqual("confusion matrix", references.length, predictions.length);
    long[][] counts = new long[classCount][classCount];
    for (int i = 0; i < references.length; i++) {
      requireClass("reference", references[i], i, classCount);
      requireClass("prediction", predictions[i], i, classCount);
      counts[references[i]][predictions[i]]++;
    }
    return new ConfusionMatrix(IntStream.range(0, classCount).toArray(), counts);
  }

  private static void requireClass(String what, int id, int index, int classCount) {
    if (id < 0 || id >= classCount) {
      throw new IllegalArgumentException(
          "confusion matrix: the %s at %d is class %d, outside of [0, %d)."
              .formatted(what, index, id, classCount));
    }
  }

  /** Returns the number of classes. */
  public int size() {
    return classes.length;
  }

  /** Returns the class ids of rows and columns. */
  public int[] classes() {
    return classes.clone();
  }

  /** Returns a copy of the counts: row = true class, column = predicted class. */
  public long[][] counts() {
    return Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  /** Returns the count of a (true, predicted) pair given by position, not by class id. */
  public long count(int row, int column) {
    return counts[row][column];
  }

  /** Returns how many examples truly belong to the class at a position. */
  public long support(int position) {
    return Arrays.stream(counts[position]).sum();
  }

  /** Returns how many examples were predicted to be of the class at a position. */
  public long predicted(int position) {
    return Arrays.stream(counts).mapToLong(row -> row[position]).sum();
  }

  /** Returns the number of examples. */
  public long total() {
    return Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
  }

  /** Returns the number of examples on the diagonal. */
  public long correct() {
    return IntStream.range(0, classes.length).mapToLong(i -> counts[i][i]).sum();
  }

  /** Returns the position of a class id, or -1 when the matrix has no such class. */
  public int positionOf(int classId) {
    return Math.max(-1, Arrays.binarySearch(classes, classId));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix that
        && Arrays.equals(classes, that.classes)
        && Arrays.deepEquals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(classes) + Arrays.deepHashCode(counts);
  }

  @Override
  public String toString() {
    return "ConfusionMatrix" + Arrays.toString(classes) + Arrays.deepToString(counts);
  }
}
