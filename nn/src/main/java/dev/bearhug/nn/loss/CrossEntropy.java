package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.WeightedCrossEntropyOp;

/**
 * Cross entropy of class scores {@code [n, c, d1, ..]} with class numbers {@code I64[n, d1, ..]}.
 *
 * @param ignoreIndex target that does not count
 * @param labelSmoothing share of the target spread over all classes, in {@code [0, 1]}
 * @param reduction of the single losses; the mean divides by the weights of what counts
 */
public record CrossEntropy(long ignoreIndex, double labelSmoothing, Reduction reduction) {

  /** Target that is ignored unless another one is chosen. */
  public static final long IGNORE = CrossEntropyOp.IGNORE;

  /** Mean without smoothing, {@link #IGNORE} ignored. */
  public CrossEntropy() {
    this(IGNORE, 0, Reduction.MEAN);
  }

  /** The loss without class weights. */
  public Tensor forward(Tensor logits, Tensor target) {
    return forward(logits, target, null);
  }

  /**
   * The loss.
   *
   * @param weight of the classes {@code [c]}, or null
   */
  public Tensor forward(Tensor logits, Tensor target, Tensor weight) {
    return Dispatcher.call(
        WeightedCrossEntropyOp.INSTANCE,
        new CrossEntropyOp.Attrs(ignoreIndex, labelSmoothing, reduction),
        logits,
        target,
        weight);
  }
}
