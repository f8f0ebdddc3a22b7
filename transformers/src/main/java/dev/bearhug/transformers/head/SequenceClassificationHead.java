package dev.bearhug.transformers.head;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.model.Backbone;

/** Dropout and a dense layer over the pooled output: classes, label sets or numbers per input. */
public final class SequenceClassificationHead extends ClassifierHead {

  private final ProblemType problem;

  /** A head with one output per label. */
  public SequenceClassificationHead(Backbone backbone, HeadSpec spec, Params params) {
    super(backbone, spec.outputs(), params);
    problem = spec.problem();
  }

  /**
   * Logits {@code [batch, labels]}; labels {@code I64 [batch]} for classes, floats {@code [batch,
   * labels]} for label sets, floats {@code [batch]} or {@code [batch, labels]} for numbers.
   */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor logits = score(backbone.get(Backbone.POOLER_OUTPUT));
          TensorMap out = TensorMap.of(LOGITS, logits);
          Tensor labels = inputs.getOrNull(LABELS);
          return labels == null ? out : out.put(LOSS, loss(logits, labels));
        });
  }

  private Tensor loss(Tensor logits, Tensor labels) {
    // As in the reference library: several floating labels are a set of labels unless stated
    // otherwise.
    boolean set = problem == ProblemType.SINGLE_LABEL && labels.dtype().isFloating();
    return switch (set ? ProblemType.MULTI_LABEL : problem) {
      case SINGLE_LABEL -> crossEntropy(logits, labels);
      case MULTI_LABEL -> logits.bceWithLogits(labels.to(logits.dtype()));
      case REGRESSION -> logits.mseLoss(labels.to(logits.dtype()).reshape(logits.shape().dims()));
    };
  }
}
