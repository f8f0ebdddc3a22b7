package dev.bearhug.tensor.op;

import java.util.Arrays;
import java.util.List;

/**
 * One call of an op for the generic tests.
 *
 * @param attrs the attributes
 * @param inputs the inputs in order; null where an optional one is absent
 * @param <A> type of the attributes
 */
public record Sample<A>(A attrs, List<SampleInput> inputs) {

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    for (SampleInput i : inputs) {
      s.append(s.isEmpty() ? "" : " ").append(i == null ? "-" : Arrays.toString(i.shape().dims()));
    }
    return attrs instanceof NoAttrs ? s.toString() : s + " " + attrs;
  }
}
