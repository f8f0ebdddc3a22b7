package dev.bearhug.tasks.processor;

import dev.bearhug.nn.data.Collator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The examples of a split, ready for a model.
 *
 * @param features the examples in the order of the data
 * @param length number of tokens of an example, to group examples of similar length
 * @param collator puts examples together to batches
 * @param maxLength the limit of length in tokens
 * @param cut number of examples that were longer than the limit and lost their end
 * @param <F> type of an example
 */
public record FeatureSet<F>(
    List<F> features, ToIntFunction<F> length, Collator<F> collator, int maxLength, long cut) {

  /** Copies the list. */
  public FeatureSet {
    features = List.copyOf(features);
  }

  /** Returns the number of examples. */
  public int size() {
    return features.size();
  }

  /** Returns the length of each example in tokens. */
  public int[] lengths() {
    return features.stream().mapToInt(length).toArray();
  }

  /** Returns the length of the longest example in tokens, 0 when there is none. */
  public int longest() {
    return features.stream().mapToInt(length).max().orElse(0);
  }

  /** Returns the number of tokens of all examples. */
  public long tokens() {
    return features.stream().mapToLong(length::applyAsInt).sum();
  }
}
