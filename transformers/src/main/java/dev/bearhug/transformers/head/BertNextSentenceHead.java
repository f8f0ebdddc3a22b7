package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.model.Backbone;

/** BERT's next sentence head: class 0 says that the second text follows the first. */
public final class BertNextSentenceHead extends Head {

  private final Linear relationship;

  /** A head with two outputs. */
  public BertNextSentenceHead(Backbone backbone, Params params) {
    super(params);
    relationship =
        child(
            "cls.seq_relationship",
            new Linear(
                backbone.config().hidden(),
                2,
                Initializer.normal(backbone.initializerRange()),
                params.sub("cls.seq_relationship")));
  }

  /** Logits {@code [batch, 2]}; labels {@code I64 [batch]}. */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor logits = relationship.forward(backbone.get(Backbone.POOLER_OUTPUT));
          TensorMap out = TensorMap.of(LOGITS, logits);
          Tensor labels = inputs.getOrNull(LABELS);
          return labels == null ? out : out.put(LOSS, crossEntropy(logits, labels));
        });
  }
}
