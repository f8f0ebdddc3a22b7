package dev.bearhug.transformers.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Sizes and options of an architecture. */
public interface ModelConfig {

  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** Number of rows of the token embedding. */
  int vocabSize();

  /** Length of the vectors between blocks. */
  int hidden();

  /** Largest number of tokens of one input. */
  int maxPositions();

  /** The keys of {@code config.json} that describe the architecture, without those of the head. */
  ObjectNode toJson();
}
