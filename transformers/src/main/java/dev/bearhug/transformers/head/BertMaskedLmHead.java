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

  /**
   * Logits {@code [batch, seq, vocab]}; labels {@code I64 [batch, seq]}, -100 is not counted.
   *
   * <p>In training, labels given, there is only the loss: the scores of the whole vocabulary would
   * be the largest tensor of the step.
   */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor hidden = backbone.get(Backbone.LAST_HIDDEN_STATE);
          Tensor labels = inputs.getOrNull(LABELS);
          if (labels != null && isTraining()) {
            return TensorMap.of(LOSS, predictions.loss(hidden, labels));
          }
          Tensor logits = predictions.forward(hidden);
          TensorMap out = TensorMap.of(LOGITS, logits);
          return labels == null ? out : out.put(LOSS, crossEntropy(logits, labels));
        });
  }
}
