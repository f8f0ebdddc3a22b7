package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The JSON files beside a vocabulary; absent files are empty objects.
 *
 * @param source folder named in errors
 * @param config {@code tokenizer_config.json}
 * @param specialTokens {@code special_tokens_map.json}
 * @param addedTokens {@code added_tokens.json}
 * @param model {@code config.json} of the model
 */
record TokenizerSettings(
    String source,
    ObjectNode config,
    ObjectNode specialTokens,
    ObjectNode addedTokens,
    ObjectNode model) {

  static TokenizerSettings read(Path folder) {
    return new TokenizerSettings(
        folder.toString(),
        TokenizerFiles.objectOrEmpty(folder.resolve("tokenizer_config.json")),
        TokenizerFiles.objectOrEmpty(folder.resolve("special_tokens_map.json")),
        TokenizerFiles.objectOrEmpty(folder.resolve("added_tokens.json")),
        TokenizerFiles.objectOrEmpty(folder.resolve("config.json")));
  }

  static TokenizerSettings none(String source) {
    ObjectNode empty = TokenizerFiles.JSON.createObjectNode();
    return new TokenizerSettings(source, empty, empty, empty, empty);
  }

  /** Returns the family that the configuration files name. */
  Optional<TokenizerFamily> family() {
    return text(config, "tokenizer_class")
        .flatMap(TokenizerFamily::ofClass)
        .or(() -> text(model, "tokenizer_class").flatMap(TokenizerFamily::ofClass))
        .or(() -> text(model, "model_type").flatMap(TokenizerFamily::ofModelType));
  }

  /** Returns what the configuration files say about their class, for errors. */
  String described() {
    return "tokenizer_class "
        + text(config, "tokenizer_class").orElse("absent")
        + ", model_type "
        + text(model, "model_type").orElse("absent");
  }

  /** Returns a truth value of {@code tokenizer_config.json}; empty if absent or null. */
  Optional<Boolean> flag(String key) {
    JsonNode node = config.get(key);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isBoolean()) {
      throw new TokenizerException(
          source
              + "/tokenizer_config.json: "
              + key
              + " must be true, false or null; it is "
              + node);
    }
    return Optional.of(node.booleanValue());
  }

  OptionalInt modelMaxLength() {
    JsonNode node = config.get("model_max_length");
    if (node == null || node.isNull()) {
      return OptionalInt.empty();
    }
    if (!node.isNumber() || node.doubleValue() < 1) {
      throw new TokenizerException(
          source
              + "/tokenizer_config.json: model_max_length must be a positive number; it is "
              + node
              + ".");
    }
    // Files write 1e30 for "no limit".
    return node.doubleValue() > Integer.MAX_VALUE
        ? OptionalInt.empty()
        : OptionalInt.of((int) node.doubleValue());
  }

  boolean truncatesLeft() {
    String side = text(config, "truncation_side").orElse("right");
    if (!side.equals("left") && !side.equals("right")) {
      throw new TokenizerException(
          source
              + "/tokenizer_config.json: truncation_side must be left or right; it is \""
              + side
              + "\".");
    }
    return side.equals("left");
  }

  /**
   * Returns the entry of a special token role: {@code special_tokens_map.json} before {@code
   * tokenizer_config.json}; null if neither has it, a JSON null if it is switched off.
   */
  JsonNode special(String key) {
    JsonNode node = specialTokens.get(key);
    return node != null ? node : config.get(key);
  }

  /** Returns the spelling in a special token entry, which is a string or has a "content". */
  String spelling(String key, JsonNode entry) {
    JsonNode content = entry.isObject() ? entry.get("content") : entry;
    if (content == null || !content.isTextual() || content.textValue().isEmpty()) {
      throw new TokenizerException(
          source
              + ": "
              + key
              + " must be a string or an object with a \"content\" string; it is "
              + entry
              + ". Check special_tokens_map.json and tokenizer_config.json.");
    }
    return content.textValue();
  }

  private static Optional<String> text(ObjectNode object, String key) {
    JsonNode node = object.get(key);
    return node != null && node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }
}
