package dev.bearhug.transformers.head;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.model.Backbone;

/** Dropout and a dense layer over every token. */
public final class TokenClassificationHead extends ClassifierHead {

  /** A head with one output per label. */
  public TokenClassificationHead(Backbone backbone, HeadSpec spec, Params params) {
    super(backbone, spec.outputs(), params);
  }

  /** Logits {@code [batch, seq, labels]}; labels {@code I64 [batch, seq]}, -100 is not counted. */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor logits = score(backbone.get(Backbone.LAST_HIDDEN_STATE));
          TensorMap out = TensorMap.of(LOGITS, logits);
          Tensor labels = inputs.getOrNull(LABELS);
          return labels == null ? out : out.put(LOSS, crossEntropy(logits, labels));
        });
  }
}
