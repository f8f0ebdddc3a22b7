package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a tokenizer as a folder that the Hugging Face libraries and {@link AutoTokenizer} open.
 */
final class TokenizerSaver {

  private final TokenizerModel model;

  TokenizerSaver(TokenizerModel model) {
    this.model = model;
  }

  void save(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new TokenizerException(
          folder + ": cannot be created (" + e + "). Is there a file of that name?", e);
    }
    JsonNode vocabulary = model.json().get("model");
    // Vocabulary files come first, so that tokenizer.json never stands beside older ones.
    if (model.family() == TokenizerFamily.BERT) {
      TokenizerFiles.write(folder.resolve("vocab.txt"), wordPieces(vocabulary.get("vocab")));
    } else if (model.family() != TokenizerFamily.OTHER) {
      TokenizerFiles.write(
          folder.resolve("vocab.json"), TokenizerFiles.compact(vocabulary.get("vocab")) + "\n");
      TokenizerFiles.write(folder.resolve("merges.txt"), merges(vocabulary.get("merges")));
    }
    TokenizerFiles.write(
        folder.resolve("special_tokens_map.json"), TokenizerFiles.pretty(specialTokens()));
    TokenizerFiles.write(folder.resolve("tokenizer_config.json"), TokenizerFiles.pretty(config()));
    TokenizerFiles.write(folder.resolve("tokenizer.json"), TokenizerFiles.pretty(model.json()));
  }

  private String wordPieces(JsonNode vocab) {
    int size = 0;
    for (JsonNode id : vocab) {
      size = Math.max(size, id.intValue() + 1);
    }
    StringBuilder text = new StringBuilder();
    for (int id = 0; id < size; id++) {
      String token = model.vocabulary().token(id);
      if (token == null || token.indexOf('\n') >= 0 || token.indexOf('\r') >= 0) {
        throw new TokenizerException(
            "saving vocab.txt: id "
                + id
                + (token == null ? " has no token" : " has a token with a line end")
                + ", which one line for each token cannot express.");
      }
      text.append(token).append('\n');
    }
    return text.toString();
  }

  private static String merges(JsonNode merges) {
    StringBuilder text = new StringBuilder("#version: 0.2\n");
    for (JsonNode rule : merges) {
      // Newer files hold a rule as a pair instead of one string.
      text.append(
              rule.isArray() ? rule.path(0).asText() + " " + rule.path(1).asText() : rule.asText())
          .append('\n');
    }
    return text.toString();
  }

  private ObjectNode specialTokens() {
    ObjectNode map = TokenizerFiles.JSON.createObjectNode();
    for (Role role : Role.values()) {
      model
          .specialTokens()
          .find(role)
          .ifPresent(
              token -> {
                JsonNode entry = model.settings().special(role.key());
                if (entry != null && entry.isObject()) {
                  map.set(role.key(), entry);
                } else {
                  map.put(role.key(), token.text());
                }
              });
    }
    if (!model.specialTokens().additional().isEmpty()) {
      var list = map.putArray("additional_special_tokens");
      model.specialTokens().additional().forEach(token -> list.add(token.text()));
    }
    return map;
  }

  private ObjectNode config() {
    ObjectNode config = model.settings().config().deepCopy();
    if (!config.hasNonNull("tokenizer_class")) {
      config.put("tokenizer_class", model.family().tokenizerClass());
    }
    JsonNode normalizer = model.json().path("normalizer");
    if (normalizer.path("type").asText("").equals("BertNormalizer")) {
      config.put("do_lower_case", normalizer.path("lowercase").asBoolean(true));
      config.set("strip_accents", normalizer.get("strip_accents"));
      config.put("tokenize_chinese_chars", normalizer.path("handle_chinese_chars").asBoolean(true));
    }
    JsonNode splitter = model.json().path("pre_tokenizer");
    if (splitter.path("type").asText("").equals("ByteLevel")) {
      config.put("add_prefix_space", splitter.path("add_prefix_space").asBoolean(true));
    }
    for (Role role : Role.values()) {
      model.specialTokens().find(role).ifPresent(t -> config.put(role.key(), t.text()));
    }
    return config;
  }
}
