package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.model.Backbone;

/** BERT's pre-training heads: masked tokens and next sentence; the losses are added. */
public final class BertPretrainingHead extends Head {

  /** Input: whether the second text follows, {@code I64 [batch]}. */
  public static final String NEXT_SENTENCE_LABEL = "next_sentence_label";

  /** Output: {@code [batch, seq, vocab]}. */
  public static final String PREDICTION_LOGITS = "prediction_logits";

  /** Output: {@code [batch, 2]}. */
  public static final String RELATIONSHIP_LOGITS = "seq_relationship_logits";

  private final BertLmHead predictions;
  private final Linear relationship;

  /** Both heads. */
  public BertPretrainingHead(Backbone backbone, BertConfig config, Params params) {
    super(params);
    predictions =
        child("cls.predictions", new BertLmHead(backbone, config, params.sub("cls.predictions")));
    relationship =
        child(
            "cls.seq_relationship",
            new Linear(
                config.hidden(),
                2,
                Initializer.normal(backbone.initializerRange()),
                params.sub("cls.seq_relationship")));
  }

  /**
   * Both predictions; with both labels the sum of the losses. In training, labels given, there are
   * no token scores: those of the whole vocabulary would be the largest tensor of the step.
   */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor hidden = backbone.get(Backbone.LAST_HIDDEN_STATE);
          Tensor next = relationship.forward(backbone.get(Backbone.POOLER_OUTPUT));
          Tensor labels = inputs.getOrNull(LABELS);
          Tensor follows = inputs.getOrNull(NEXT_SENTENCE_LABEL);
          boolean labelled = labels != null && follows != null;
          if (labelled && isTraining()) {
            Tensor tokenLoss = predictions.loss(hidden, labels);
            return TensorMap.of(
                RELATIONSHIP_LOGITS, next, LOSS, tokenLoss.add(crossEntropy(next, follows)));
          }
          Tensor tokens = predictions.forward(hidden);
          TensorMap out = TensorMap.of(PREDICTION_LOGITS, tokens, RELATIONSHIP_LOGITS, next);
          return labelled
              ? out.put(LOSS, crossEntropy(tokens, labels).add(crossEntropy(next, follows)))
              : out;
        });
  }
}
