package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** All that is known about a tokenizer on the Java side, checked; immutable once made. */
final class TokenizerModel {

  private final ObjectNode json;
  private final TokenizerSettings settings;
  private final TokenizerFamily family;
  private final Vocabulary vocabulary;
  private final SpecialTokens specialTokens;

  /**
   * Checks a {@code tokenizer.json} and takes out what Java needs.
   *
   * @param description the parsed file; its truncation and padding are switched off
   * @param settings the JSON files beside it
   * @param options what overrides BERT's normalizer
   * @throws TokenizerException if the description cannot be used
   */
  TokenizerModel(ObjectNode description, TokenizerSettings settings, TokenizerOptions options) {
    this.settings = settings;
    this.json = description.deepCopy();
    // A stored fixed padding or limit would silently change what callers get.
    json.putNull("truncation").putNull("padding");
    JsonNode model = json.get("model");
    if (model == null || !model.isObject() || !model.hasNonNull("vocab")) {
      throw new TokenizerException(
          settings.source()
              + ": tokenizer.json has no model with a vocab. Is it a tokenizer file of another"
              + " library, or cut short?");
    }
    this.family = family(json);
    overrideNormalizer(options);
    Set<String> marked = new LinkedHashSet<>();
    this.vocabulary = new Vocabulary(entries(model.get("vocab"), marked), settings.source());
    requireUnknownToken(model);
    this.specialTokens = SpecialTokenResolver.resolve(settings, family, vocabulary, marked);
    settings.modelMaxLength();
    settings.truncatesLeft();
  }

  ObjectNode json() {
    return json;
  }

  TokenizerSettings settings() {
    return settings;
  }

  TokenizerFamily family() {
    return family;
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  SpecialTokens specialTokens() {
    return specialTokens;
  }

  private static TokenizerFamily family(ObjectNode json) {
    String type = json.path("model").path("type").asText("");
    if (type.equals("WordPiece")) {
      return TokenizerFamily.BERT;
    }
    boolean byteLevel = json.path("decoder").path("type").asText("").equals("ByteLevel");
    if (json.path("model").path("merges").isArray() && byteLevel) {
      return json.path("post_processor").path("type").asText("").equals("RobertaProcessing")
          ? TokenizerFamily.ROBERTA
          : TokenizerFamily.GPT2;
    }
    return TokenizerFamily.OTHER;
  }

  /** Explicit values win over tokenizer.json, as in the reference BertTokenizerFast. */
  private void overrideNormalizer(TokenizerOptions options) {
    if (json.path("normalizer").path("type").asText("").equals("BertNormalizer")) {
      ObjectNode normalizer = (ObjectNode) json.get("normalizer");
      options
          .lowercase()
          .or(() -> settings.flag("do_lower_case"))
          .ifPresent(v -> normalizer.put("lowercase", v));
      options
          .stripAccents()
          .or(() -> settings.flag("strip_accents"))
          .ifPresent(v -> normalizer.put("strip_accents", v));
      options
          .splitChinese()
          .or(() -> settings.flag("tokenize_chinese_chars"))
          .ifPresent(v -> normalizer.put("handle_chinese_chars", v));
    } else if (options.changesNormalizer()) {
      throw new TokenizerException(
          settings.source()
              + ": lowercase, stripAccents and splitChinese change BERT's normalizer, but this"
              + " tokenizer has "
              + json.path("normalizer").path("type").asText("none")
              + ". Leave these options out.");
    }
  }

  private Map<String, Integer> entries(JsonNode vocab, Set<String> marked) {
    Map<String, Integer> entries = new LinkedHashMap<>();
    if (vocab.isObject()) {
      vocab.properties().forEach(e -> entries.put(e.getKey(), id(e.getKey(), e.getValue())));
    } else if (vocab.isArray()) {
      int index = 0;
      for (JsonNode piece : vocab) {
        if (!piece.isArray() || piece.size() != 2 || !piece.get(0).isTextual()) {
          throw new TokenizerException(
              settings.source() + ": a unigram vocab entry must be [piece, score]; it is " + piece);
        }
        // Sentencepiece files may hold a piece twice; the first id is the one in use.
        entries.putIfAbsent(piece.get(0).textValue(), index);
        index++;
      }
    } else {
      throw new TokenizerException(
          settings.source() + ": the model's vocab must be an object or a list of pieces.");
    }
    for (JsonNode added : json.path("added_tokens")) {
      if (!added.path("content").isTextual()) {
        throw new TokenizerException(
            settings.source() + ": an added token needs a \"content\" string; it is " + added);
      }
      String content = added.get("content").textValue();
      int id = id(content, added.path("id"));
      Integer known = entries.put(content, id);
      if (known != null && known != id) {
        throw new TokenizerException(
            settings.source()
                + ": added token \""
                + content
                + "\" has id "
                + id
                + ", but "
                + known
                + " in the model's vocab. Is the file damaged?");
      }
      if (added.path("special").asBoolean(false)) {
        marked.add(content);
      }
    }
    return entries;
  }

  private int id(String token, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new TokenizerException(
          settings.source()
              + ": the id of \""
              + token
              + "\" must be a whole number; it is "
              + value
              + ".");
    }
    return value.intValue();
  }

  private void requireUnknownToken(JsonNode model) {
    JsonNode unknown = model.get("unk_token");
    if (unknown != null && unknown.isTextual() && vocabulary.id(unknown.textValue()) == null) {
      throw new TokenizerException(
          settings.source()
              + ": the model's unk_token \""
              + unknown.textValue()
              + "\" is not in the vocabulary of "
              + vocabulary.size()
              + " tokens; unknown words could not be encoded. Is the vocabulary complete?");
    }
  }
}
