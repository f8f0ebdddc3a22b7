package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * Cross entropy with the target {@code (1 - epsilon)} one-hot plus {@code epsilon / c} for each of
 * the c classes (Szegedy et al., 2016). Ignored rows count in neither part.
 *
 * @param epsilon share spread over all classes, in {@code [0, 1]}
 * @param ignoreIndex target that does not count
 * @param reduction of the single losses
 */
public record LabelSmoothing(double epsilon, long ignoreIndex, Reduction reduction) {

  /** Mean over the rows that count, -100 ignored. */
  public LabelSmoothing(double epsilon) {
    this(epsilon, CrossEntropy.IGNORE, Reduction.MEAN);
  }

  /** Scores {@code [n, c, ..]} and class numbers {@code I64[n, ..]} to the loss. */
  public Tensor forward(Tensor logits, Tensor target) {
    return new CrossEntropy(ignoreIndex, epsilon, reduction).forward(logits, target);
  }
}
