package dev.bearhug.transformers.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.nn.KeyMap;
import dev.bearhug.nn.Params;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.config.ModelConfig;
import dev.bearhug.transformers.head.BertMaskedLmHead;
import dev.bearhug.transformers.head.BertNextSentenceHead;
import dev.bearhug.transformers.head.BertPretrainingHead;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.head.MultipleChoiceHead;
import dev.bearhug.transformers.head.QuestionAnsweringHead;
import dev.bearhug.transformers.head.SequenceClassificationHead;
import dev.bearhug.transformers.head.TokenClassificationHead;
import dev.bearhug.transformers.model.Backbone;
import dev.bearhug.transformers.model.BertModel;
import java.util.List;

/** How BERT checkpoints are laid out. */
public final class BertArchitecture implements Architecture {

  /** Called by the service loader. */
  public BertArchitecture() {}

  @Override
  public String modelType() {
    return BertConfig.TYPE;
  }

  @Override
  public String family() {
    return "Bert";
  }

  @Override
  public String basePrefix() {
    return "bert";
  }

  @Override
  public ModelConfig readConfig(JsonNode json) {
    return BertConfig.fromJson(json);
  }

  @Override
  public Backbone backbone(ModelConfig config, HeadKind head, Params params) {
    boolean pooler =
        switch (head) {
          case MASKED_LM, TOKEN_CLASSIFICATION, QUESTION_ANSWERING -> false;
          case BASE, SEQUENCE_CLASSIFICATION, MULTIPLE_CHOICE, NEXT_SENTENCE, PRETRAINING -> true;
        };
    return new BertModel((BertConfig) config, pooler, params);
  }

  @Override
  public Head head(HeadSpec spec, ModelConfig config, Backbone backbone, Params params) {
    BertConfig c = (BertConfig) config;
    return switch (spec.kind()) {
      case BASE -> null;
      case MASKED_LM -> new BertMaskedLmHead(backbone, c, params);
      case SEQUENCE_CLASSIFICATION -> new SequenceClassificationHead(backbone, spec, params);
      case TOKEN_CLASSIFICATION -> new TokenClassificationHead(backbone, spec, params);
      case QUESTION_ANSWERING -> new QuestionAnsweringHead(backbone, params);
      case MULTIPLE_CHOICE -> new MultipleChoiceHead(backbone, params);
      case NEXT_SENTENCE -> new BertNextSentenceHead(backbone, params);
      case PRETRAINING -> new BertPretrainingHead(backbone, c, params);
    };
  }

  @Override
  public KeyMap keys() {
    return new KeyMap(
        KeyMap.Rule.drop("the positions are computed", "(^|\\.)embeddings\\.position_ids$"),
        KeyMap.Rule.rename("older name", "LayerNorm\\.gamma$", "LayerNorm.weight"),
        KeyMap.Rule.rename("older name", "LayerNorm\\.beta$", "LayerNorm.bias"),
        KeyMap.Rule.drop("same as cls.predictions.bias", "^cls\\.predictions\\.decoder\\.bias$"));
  }

  @Override
  public List<String> tiedKeys(ModelConfig config) {
    return ((BertConfig) config).tieWordEmbeddings()
        ? List.of("cls.predictions.decoder.weight")
        : List.of();
  }

  @Override
  public boolean isHead(String path) {
    return path.startsWith("cls.")
        || path.startsWith("classifier.")
        || path.startsWith("qa_outputs.")
        || path.contains("pooler.dense.");
  }
}
