package dev.bearhug.transformers.head;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.model.Backbone;

/** Scores each candidate by dropout and a dense layer with one output over its pooled output. */
public final class MultipleChoiceHead extends ClassifierHead {

  /** A head with one output. */
  public MultipleChoiceHead(Backbone backbone, Params params) {
    super(backbone, 1, params);
  }

  /** Inputs {@code [batch, choices, seq]} become {@code [batch * choices, seq]}. */
  @Override
  public TensorMap prepare(TensorMap inputs) {
    TensorMap flat = new TensorMap();
    for (String name : inputs.names()) {
      Tensor t = inputs.get(name);
      flat.put(name, t.rank() == 3 ? t.reshape(t.dim(0) * t.dim(1), t.dim(2)) : t);
    }
    return flat;
  }

  /** Logits {@code [batch, choices]}; labels {@code I64 [batch]}. */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor pooled = backbone.get(Backbone.POOLER_OUTPUT); // [batch * choices, hidden]
          long choices = inputs.get(Backbone.INPUT_IDS).dim(1);
          Tensor logits = score(pooled).reshape(-1, choices);
          TensorMap out = TensorMap.of(LOGITS, logits);
          Tensor labels = inputs.getOrNull(LABELS);
          return labels == null ? out : out.put(LOSS, crossEntropy(logits, labels));
        });
  }
}
