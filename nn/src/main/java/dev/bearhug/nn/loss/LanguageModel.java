package dev.bearhug.nn.loss;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.Reduction;

/** Losses over the tokens of a sequence; position t predicts the label of position t + 1. */
public final class LanguageModel {

  private LanguageModel() {}

  /** Mean cross entropy of scores {@code [b, t, v]} with labels {@code I64[b, t]}, -100 ignored. */
  public static Tensor loss(Tensor logits, Tensor labels) {
    long v = logits.dim(2);
    return logits
        .slice(1, 0, logits.dim(1) - 1)
        .reshape(-1, v)
        .crossEntropy(labels.slice(1, 1, labels.dim(1)).reshape(-1));
  }

  /**
   * Log-probability of every sequence {@code [b]}, summed over labels other than -100.
   *
   * @param logits {@code [b, t, v]}
   * @param labels {@code I64[b, t]}
   * @param average whether the sum is divided by the number of labels that count
   */
  public static Tensor logProbabilities(Tensor logits, Tensor labels, boolean average) {
    Tensor next = labels.slice(1, 1, labels.dim(1));
    Tensor costs =
        new CrossEntropy(CrossEntropy.IGNORE, 0, Reduction.NONE)
            .forward(logits.slice(1, 0, logits.dim(1) - 1).transpose(1, 2), next);
    Tensor sums = costs.sum(false, 1).neg();
    if (!average) {
      return sums;
    }
    Tensor ignore = Tensor.scalar(CrossEntropy.IGNORE, DType.I64, labels.device());
    return sums.div(next.ne(ignore).to(sums.dtype()).sum(false, 1));
  }
}
