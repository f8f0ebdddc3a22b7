package dev.bearhug.nn.train;

import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.HostArray;

/**
 * Over how many labels the mean loss of a batch is taken.
 *
 * <p>Where several micro-batches make one step, each counts by its share of these, so that the step
 * has the loss and the gradients of the whole batch whatever the padding.
 */
@FunctionalInterface
public interface LossWeight {

  /** Label that is ignored unless another one is named. */
  long IGNORED = -100;

  /**
   * Returns how many labels of a batch count.
   *
   * @param batch the batch
   * @return a number that is finite and not negative; 0 if its loss is a mean over nothing
   */
  double of(Batch batch);

  /** Returns the number of examples: for losses that are a mean over examples. */
  static LossWeight examples() {
    return Batch::examples;
  }

  /**
   * Returns the number of elements of an array: for losses that are a mean over all of them, such
   * as squared error or binary cross entropy.
   *
   * @param array name of the array of labels
   */
  static LossWeight elements(String array) {
    return batch -> {
      double count = 1;
      for (long size : batch.get(array).shape()) {
        count *= size;
      }
      return count;
    };
  }

  /**
   * Returns the number of class labels that are not {@link #IGNORED}: for cross entropy.
   *
   * @param array name of the array of labels, ints or longs
   */
  static LossWeight labels(String array) {
    return labels(array, IGNORED, 0);
  }

  /**
   * Returns the number of class labels that count.
   *
   * @param array name of the array of labels, ints or longs
   * @param ignored label that does not count
   * @param skipped how many leading positions of the last axis the loss leaves out; 1 for language
   *     models that predict the next token
   */
  static LossWeight labels(String array, long ignored, int skipped) {
    if (skipped < 0) {
      throw new IllegalArgumentException(
          "loss weight: the number of skipped positions must not be negative, got "
              + skipped
              + ".");
    }
    return batch -> LabelCount.of(batch.get(array), ignored, skipped);
  }

  /**
   * Returns what fits most models: by the array {@code labels} where there is one, {@link
   * #labels(String)} for whole numbers and {@link #elements} for floats; else {@link #examples}.
   */
  static LossWeight standard() {
    return batch -> {
      if (!batch.has("labels")) {
        return batch.examples();
      }
      boolean floats = batch.get("labels").kind() == HostArray.Kind.FLOAT;
      return (floats ? elements("labels") : labels("labels")).of(batch);
    };
  }
}
