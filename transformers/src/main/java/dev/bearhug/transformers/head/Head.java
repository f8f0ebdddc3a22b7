package dev.bearhug.transformers.head;

import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/** Turns the outputs of a backbone into predictions and, with labels, a loss. */
public abstract class Head extends Layer {

  /** Input: the labels; type and shape depend on the head. */
  public static final String LABELS = "labels";

  /** Output: scores before softmax or sigmoid. */
  public static final String LOGITS = "logits";

  /** Output: mean loss over the labels that count, a scalar. */
  public static final String LOSS = "loss";

  /** A head whose parameters come from a source. */
  protected Head(Params params) {
    super(params);
  }

  /**
   * Predicts.
   *
   * @param backbone outputs of the backbone
   * @param inputs inputs of the model, with labels or without
   * @return predictions, and {@code loss} if the labels are there
   */
  public abstract TensorMap forward(TensorMap backbone, TensorMap inputs);

  /**
   * Lets the head change inputs before the backbone sees them; multiple choice flattens them.
   *
   * @return the inputs of the backbone
   */
  public TensorMap prepare(TensorMap inputs) {
    return inputs;
  }

  /**
   * Whether the loss depends on the states at padding, so that the backbone must compute them; a
   * softmax over all places of a sequence does.
   */
  public boolean readsPadding() {
    return false;
  }

  /** Mean cross entropy of logits {@code [..., classes]} and labels {@code I64 [...]}. */
  static Tensor crossEntropy(Tensor logits, Tensor labels) {
    long classes = logits.dim(-1);
    return logits.reshape(-1, classes).crossEntropy(labels.to(DType.I64).reshape(-1));
  }
}
