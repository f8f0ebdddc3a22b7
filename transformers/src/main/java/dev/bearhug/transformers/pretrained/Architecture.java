package dev.bearhug.transformers.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.nn.KeyMap;
import dev.bearhug.nn.Params;
import dev.bearhug.transformers.config.ModelConfig;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.model.Backbone;
import java.util.List;

/**
 * Everything {@link AutoModel} needs to know about an architecture. New ones are found through
 * {@link java.util.ServiceLoader}.
 */
public interface Architecture {

  /** The {@code model_type} of its configurations. */
  String modelType();

  /** Prefix of its class names, such as {@code Bert}. */
  String family();

  /** Path of the backbone below a head, such as {@code bert}. */
  String basePrefix();

  /** Reads its configuration. */
  ModelConfig readConfig(JsonNode json);

  /** Builds the backbone. */
  Backbone backbone(ModelConfig config, HeadKind head, Params params);

  /**
   * Builds a head.
   *
   * @return null for {@link HeadKind#BASE}
   * @throws IllegalArgumentException if the architecture has no such head
   */
  Head head(HeadSpec spec, ModelConfig config, Backbone backbone, Params params);

  /**
   * Rules for keys of older or differently saved checkpoints, before the base prefix is considered.
   */
  KeyMap keys();

  /** Whether a parameter belongs to the head, which a checkpoint of another task may lack. */
  boolean isHead(String path);

  /** Keys that some checkpoints store a second time although their weight is shared. */
  List<String> tiedKeys(ModelConfig config);

  /** Path of the backbone for a kind of head: empty for the bare model. */
  default String prefixFor(HeadKind kind) {
    return kind == HeadKind.BASE ? "" : basePrefix();
  }
}
