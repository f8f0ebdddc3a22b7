package dev.bearhug.transformers.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tensor.error.Suggestions;
import java.util.List;

/**
 * Configuration of BERT (Devlin et al., 2018); keys of {@code config.json} in parentheses.
 *
 * @param vocabSize rows of the token embedding ({@code vocab_size})
 * @param hidden length of the vectors between blocks ({@code hidden_size})
 * @param layers number of blocks ({@code num_hidden_layers})
 * @param heads attention heads; divides {@code hidden} ({@code num_attention_heads})
 * @param inner width of the feed-forward part ({@code intermediate_size})
 * @param activation its activation function ({@code hidden_act})
 * @param hiddenDropout dropout rate of outputs ({@code hidden_dropout_prob})
 * @param attentionDropout dropout rate of attention weights ({@code attention_probs_dropout_prob})
 * @param classifierDropout dropout rate before the head, negative for {@code hiddenDropout} ({@code
 *     classifier_dropout})
 * @param maxPositions longest input ({@code max_position_embeddings})
 * @param typeVocab number of token types ({@code type_vocab_size})
 * @param initializerRange standard deviation of first values ({@code initializer_range})
 * @param layerNormEps added to variances ({@code layer_norm_eps})
 * @param padId padding token ({@code pad_token_id}), -1 for none
 * @param positions {@code absolute}, {@code relative_key} or {@code relative_key_query} ({@code
 *     position_embedding_type})
 * @param tieWordEmbeddings whether language model heads share the token embedding ({@code
 *     tie_word_embeddings})
 */
public record BertConfig(
    int vocabSize,
    int hidden,
    int layers,
    int heads,
    int inner,
    String activation,
    double hiddenDropout,
    double attentionDropout,
    double classifierDropout,
    int maxPositions,
    int typeVocab,
    double initializerRange,
    double layerNormEps,
    int padId,
    String positions,
    boolean tieWordEmbeddings)
    implements ModelConfig {

  /** The {@code model_type} of BERT. */
  public static final String TYPE = "bert";

  private static final List<String> POSITIONS =
      List.of("absolute", "relative_key", "relative_key_query");

  /** Checks sizes that depend on each other. */
  public BertConfig {
    if (hidden % heads != 0) {
      throw new IllegalArgumentException(
          "config.json: hidden_size "
              + hidden
              + " is not a multiple of num_attention_heads "
              + heads
              + ".");
    }
    if (padId >= vocabSize) {
      throw new IllegalArgumentException(
          "config.json: pad_token_id "
              + padId
              + " is not below vocab_size "
              + vocabSize
              + ". Does the tokenizer belong to this model?");
    }
    if (!POSITIONS.contains(positions)) {
      throw new IllegalArgumentException(
          "config.json: position_embedding_type \""
              + positions
              + "\" is unknown; known are "
              + String.join(", ", POSITIONS)
              + "."
              + Suggestions.didYouMean(positions, POSITIONS));
    }
  }

  /** Reads the keys; absent ones have the reference library's defaults. */
  public static BertConfig fromJson(JsonNode json) {
    ConfigReader c = new ConfigReader(json);
    if (c.flag("is_decoder", false)) {
      throw new IllegalArgumentException(
          "config.json: is_decoder is true, but BERT is built as an encoder here. Set it to false, or"
              + " use a decoder architecture.");
    }
    return new BertConfig(
        c.positiveInt("vocab_size", 30522),
        c.positiveInt("hidden_size", 768),
        c.positiveInt("num_hidden_layers", 12),
        c.positiveInt("num_attention_heads", 12),
        c.positiveInt("intermediate_size", 3072),
        c.text("hidden_act", "gelu"),
        c.rate("hidden_dropout_prob", 0.1),
        c.rate("attention_probs_dropout_prob", 0.1),
        c.rate("classifier_dropout", -1),
        c.positiveInt("max_position_embeddings", 512),
        c.positiveInt("type_vocab_size", 2),
        c.positive("initializer_range", 0.02),
        c.positive("layer_norm_eps", 1e-12),
        c.tokenId("pad_token_id", 0),
        c.text("position_embedding_type", "absolute"),
        c.flag("tie_word_embeddings", true));
  }

  private static BertConfig size(int vocab, int layers, int hidden, int heads) {
    return new BertConfig(
        vocab,
        hidden,
        layers,
        heads,
        4 * hidden,
        "gelu",
        0.1,
        0.1,
        -1,
        512,
        2,
        0.02,
        1e-12,
        0,
        "absolute",
        true);
  }

  /** 2 layers of width 128 (Turc et al., 2019). */
  public static BertConfig tiny(int vocabSize) {
    return size(vocabSize, 2, 128, 2);
  }

  /** 4 layers of width 256 (Turc et al., 2019). */
  public static BertConfig mini(int vocabSize) {
    return size(vocabSize, 4, 256, 4);
  }

  /** 4 layers of width 512 (Turc et al., 2019). */
  public static BertConfig small(int vocabSize) {
    return size(vocabSize, 4, 512, 8);
  }

  /** 12 layers of width 768 (Devlin et al., 2018). */
  public static BertConfig base(int vocabSize) {
    return size(vocabSize, 12, 768, 12);
  }

  /** This configuration with other dropout rates everywhere. */
  public BertConfig withDropout(double rate) {
    return new BertConfig(
        vocabSize,
        hidden,
        layers,
        heads,
        inner,
        activation,
        rate,
        rate,
        -1,
        maxPositions,
        typeVocab,
        initializerRange,
        layerNormEps,
        padId,
        positions,
        tieWordEmbeddings);
  }

  /**
   * This configuration with other dropout rates; the rate before the head stays as it is unless it
   * follows {@code hidden}.
   *
   * @param hidden rate of outputs
   * @param attention rate of attention weights
   */
  public BertConfig withDropout(double hidden, double attention) {
    return new BertConfig(
        vocabSize,
        this.hidden,
        layers,
        heads,
        inner,
        activation,
        hidden,
        attention,
        classifierDropout,
        maxPositions,
        typeVocab,
        initializerRange,
        layerNormEps,
        padId,
        positions,
        tieWordEmbeddings);
  }

  /** This configuration for inputs of up to {@code n} tokens. */
  public BertConfig withMaxPositions(int n) {
    return new BertConfig(
        vocabSize,
        hidden,
        layers,
        heads,
        inner,
        activation,
        hiddenDropout,
        attentionDropout,
        classifierDropout,
        n,
        typeVocab,
        initializerRange,
        layerNormEps,
        padId,
        positions,
        tieWordEmbeddings);
  }

  /** Dropout rate before the head. */
  public double headDropout() {
    return classifierDropout < 0 ? hiddenDropout : classifierDropout;
  }

  @Override
  public String modelType() {
    return TYPE;
  }

  @Override
  public ObjectNode toJson() {
    ObjectNode n = JsonNodeFactory.instance.objectNode();
    n.put("model_type", TYPE);
    n.put("vocab_size", vocabSize);
    n.put("hidden_size", hidden);
    n.put("num_hidden_layers", layers);
    n.put("num_attention_heads", heads);
    n.put("intermediate_size", inner);
    n.put("hidden_act", activation);
    n.put("hidden_dropout_prob", hiddenDropout);
    n.put("attention_probs_dropout_prob", attentionDropout);
    if (classifierDropout >= 0) {
      n.put("classifier_dropout", classifierDropout);
    } else {
      n.putNull("classifier_dropout");
    }
    n.put("max_position_embeddings", maxPositions);
    n.put("type_vocab_size", typeVocab);
    n.put("initializer_range", initializerRange);
    n.put("layer_norm_eps", layerNormEps);
    if (padId >= 0) {
      n.put("pad_token_id", padId);
    } else {
      n.putNull("pad_token_id");
    }
    n.put("position_embedding_type", positions);
    n.put("tie_word_embeddings", tieWordEmbeddings);
    return n;
  }
}
