package dev.bearhug.tasks.model;

import dev.bearhug.tasks.config.ModelSection;
import dev.bearhug.tasks.config.ModelSize;
import dev.bearhug.tensor.Device;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.config.ModelConfig;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Opens the model of a configuration, or creates one with random weights. */
public final class TaskModels {

  private static final int DEFAULT_POSITIONS = 512;

  private TaskModels() {}

  /**
   * Returns the model that a run starts from.
   *
   * @param section where the weights come from
   * @param head what the model predicts
   * @param tokenizer makes its input
   * @param maxLength longest input in tokens
   * @param seed decides random weights
   * @param device where the parameters live
   * @return the model; the caller closes it
   * @throws IllegalArgumentException when tokenizer or length do not fit the model
   * @throws UncheckedIOException when a file of the model cannot be read
   */
  public static PretrainedModel start(
      ModelSection section,
      HeadSpec head,
      Tokenizer tokenizer,
      int maxLength,
      long seed,
      Device device) {
    if (section.path() == null) {
      ModelConfig config = scratch(section, tokenizer, maxLength);
      return AutoModel.create(config, head, seed, device);
    }
    PretrainedModel model =
        open(Path.of(section.path()), head, config -> withDropout(config, section), seed, device);
    try {
      requireFits(model.config(), tokenizer, maxLength, section.path());
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Opens a model folder as it is.
   *
   * @throws UncheckedIOException when a file of the model cannot be read
   */
  public static PretrainedModel open(Path folder, Device device) {
    return open(folder, null, UnaryOperator.identity(), 0, device);
  }

  private static PretrainedModel open(
      Path folder, HeadSpec head, UnaryOperator<ModelConfig> change, long seed, Device device) {
    try {
      return AutoModel.open(folder, head, change, seed, device);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static ModelConfig withDropout(ModelConfig config, ModelSection section) {
    if (section.hiddenDropout() == null && section.attentionDropout() == null) {
      return config;
    }
    if (config instanceof BertConfig bert) {
      return bert.withDropout(
          orElse(section.hiddenDropout(), bert.hiddenDropout()),
          orElse(section.attentionDropout(), bert.attentionDropout()));
    }
    throw new IllegalArgumentException(
        "model: model.hiddenDropout and model.attentionDropout cannot be set for a model of type "
            + config.modelType()
            + ". Leave them out, or edit its config.json.");
  }

  /**
   * Checks that a model can read what a tokenizer writes.
   *
   * @param name the model in messages
   * @throws IllegalArgumentException when the tokenizer has ids beyond the embedding, or inputs may
   *     be longer than the model's positions
   */
  public static void requireFits(
      ModelConfig config, Tokenizer tokenizer, int maxLength, String name) {
    if (tokenizer.vocabSize() > config.vocabSize()) {
      throw new IllegalArgumentException(
          "model: the tokenizer must not have more tokens than the model's embedding has rows"
              + " (tokenizer "
              + tokenizer.vocabSize()
              + ", "
              + name
              + " "
              + config.vocabSize()
              + "). Is it the tokenizer of another model? Leave --tokenizer out to use the one in"
              + " the model's folder.");
    }
    if (maxLength > config.maxPositions()) {
      throw new IllegalArgumentException(
          "model: tokenizer.maxLength must not exceed the positions of the model (maxLength "
              + maxLength
              + ", "
              + name
              + " "
              + config.maxPositions()
              + "). Use --set tokenizer.maxLength="
              + config.maxPositions()
              + " or less.");
    }
  }

  private static BertConfig scratch(ModelSection section, Tokenizer tokenizer, int maxLength) {
    ModelSize size = section.config();
    BertConfig base = BertConfig.base(tokenizer.vocabSize());
    return new BertConfig(
        tokenizer.vocabSize(),
        size.hidden(),
        size.layers(),
        size.heads(),
        size.inner(),
        base.activation(),
        orElse(section.hiddenDropout(), base.hiddenDropout()),
        orElse(section.attentionDropout(), base.attentionDropout()),
        base.classifierDropout(),
        Math.max(DEFAULT_POSITIONS, maxLength),
        base.typeVocab(),
        base.initializerRange(),
        base.layerNormEps(),
        tokenizer.specialTokens().id(Role.PAD),
        base.positions(),
        base.tieWordEmbeddings());
  }

  private static double orElse(Double value, double otherwise) {
    return value == null ? otherwise : value;
  }
}
