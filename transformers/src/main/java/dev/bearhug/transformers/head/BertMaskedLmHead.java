package dev.bearhug.transformers.head;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.model.Backbone;

/** BERT's masked language model head. */
public final class BertMaskedLmHead extends Head {

  private final BertLmHead predictions;

  /** A head over the vocabulary. */
  public BertMaskedLmHead(Backbone backbone, BertConfig config, Params params) {
    super(params);
    predictions =
        child("cls.predictions", new BertLmHead(backbone, config, params.sub("cls.predictions")));
  }

  /** Logits {@code [batch, seq, vocab]}; labels {@code I64 [batch, seq]}, -100 is not counted. */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor logits = predictions.forward(backbone.get(Backbone.LAST_HIDDEN_STATE));
          TensorMap out = TensorMap.of(LOGITS, logits);
          Tensor labels = inputs.getOrNull(LABELS);
          return labels == null ? out : out.put(LOSS, crossEntropy(logits, labels));
        });
  }
}
