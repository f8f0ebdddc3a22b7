package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the content of a {@code tokenizer.json} from older vocabulary files.
 *
 * <p>Settings are those of the reference library's conversion of its Python tokenizers.
 */
final class TokenizerJson {

  private static final int MAX_WORD_CHARS = 100;

  private final TokenizerSettings settings;
  private final TokenizerOptions options;

  /**
   * Creates a builder.
   *
   * @param settings the JSON files beside the vocabulary
   * @param options what overrides them
   */
  TokenizerJson(TokenizerSettings settings, TokenizerOptions options) {
    this.settings = settings;
    this.options = options;
  }

  /**
   * Returns the BERT tokenizer for a WordPiece vocabulary.
   *
   * @param tokens the token with id {@code n} at position {@code n}
   * @throws TokenizerException if a needed special token is missing
   */
  ObjectNode wordPiece(List<String> tokens) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      ids.put(tokens.get(i), i);
    }
    Map<Role, String> names = new LinkedHashMap<>();
    for (Role role : List.of(Role.PAD, Role.UNK, Role.CLS, Role.SEP, Role.MASK)) {
      String name = spelling(TokenizerFamily.BERT, role);
      if (ids.containsKey(name)) {
        names.put(role, name);
      } else if (role != Role.MASK) {
        throw missing("vocab.txt", role, name, tokens.size());
      }
    }

    ObjectNode root = root();
    ArrayNode added = root.putArray("added_tokens");
    addTokens(added, TokenizerFamily.BERT, names, ids);
    root.set("normalizer", bertNormalizer());
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.set("post_processor", bertTemplate(names, ids));
    root.putObject("decoder")
        .put("type", "WordPiece")
        .put("prefix", "##")
        .put("cleanup", settings.flag("clean_up_tokenization_spaces").orElse(true));
    ObjectNode model =
        root.putObject("model")
            .put("type", "WordPiece")
            .put("unk_token", names.get(Role.UNK))
            .put("continuing_subword_prefix", "##")
            .put("max_input_chars_per_word", MAX_WORD_CHARS);
    ObjectNode vocabulary = model.putObject("vocab");
    tokens.forEach(token -> vocabulary.put(token, ids.get(token)));
    return root;
  }

  /**
   * Returns the tokenizer for a byte-level BPE vocabulary.
   *
   * @param vocabulary the content of {@code vocab.json}
   * @param merges the rules of {@code merges.txt}, strongest first
   * @param family {@link TokenizerFamily#ROBERTA} or {@link TokenizerFamily#GPT2}
   * @throws TokenizerException if a needed special token is missing or an id is no number
   */
  ObjectNode byteLevelBpe(ObjectNode vocabulary, List<String> merges, TokenizerFamily family) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    vocabulary
        .properties()
        .forEach(e -> ids.put(e.getKey(), id("vocab.json", e.getKey(), e.getValue())));
    Map<Role, String> names = new LinkedHashMap<>();
    for (Role role : Role.values()) {
      String name = spelling(family, role);
      if (name == null) {
        continue;
      }
      if (ids.containsKey(name) || settings.addedTokens().has(name)) {
        names.put(role, name);
      } else if (family == TokenizerFamily.ROBERTA && (role == Role.CLS || role == Role.SEP)) {
        throw missing("vocab.json", role, name, ids.size());
      }
    }

    boolean prefixSpace = settings.flag("add_prefix_space").orElse(false);
    ObjectNode root = root();
    ArrayNode added = root.putArray("added_tokens");
    addTokens(added, family, names, ids);
    root.putNull("normalizer");
    ObjectNode split = root.putObject("pre_tokenizer");
    byteLevel(split, prefixSpace, true).put("use_regex", true);
    ObjectNode post = root.putObject("post_processor");
    if (family == TokenizerFamily.ROBERTA) {
      post.put("type", "RobertaProcessing");
      post.putArray("sep").add(names.get(Role.SEP)).add(ids.get(names.get(Role.SEP)));
      post.putArray("cls").add(names.get(Role.CLS)).add(ids.get(names.get(Role.CLS)));
      post.put("trim_offsets", true).put("add_prefix_space", prefixSpace);
    } else {
      byteLevel(post, true, false).put("use_regex", true);
    }
    byteLevel(root.putObject("decoder"), true, true).put("use_regex", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    model.set("vocab", vocabulary);
    ArrayNode rules = model.putArray("merges");
    merges.forEach(rules::add);
    return root;
  }

  private static ObjectNode root() {
    ObjectNode root = TokenizerFiles.JSON.createObjectNode().put("version", "1.0");
    return root.putNull("truncation").putNull("padding");
  }

  private ObjectNode bertNormalizer() {
    ObjectNode node =
        TokenizerFiles.JSON
            .createObjectNode()
            .put("type", "BertNormalizer")
            .put("clean_text", true)
            .put(
                "handle_chinese_chars",
                options
                    .splitChinese()
                    .or(() -> settings.flag("tokenize_chinese_chars"))
                    .orElse(true));
    options
        .stripAccents()
        .or(() -> settings.flag("strip_accents"))
        .ifPresentOrElse(v -> node.put("strip_accents", v), () -> node.putNull("strip_accents"));
    return node.put(
        "lowercase", options.lowercase().or(() -> settings.flag("do_lower_case")).orElse(true));
  }

  private static ObjectNode bertTemplate(Map<Role, String> names, Map<String, Integer> ids) {
    String cls = names.get(Role.CLS);
    String sep = names.get(Role.SEP);
    ObjectNode node = TokenizerFiles.JSON.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = node.putArray("single");
    special(single, cls, 0);
    sequence(single, "A", 0);
    special(single, sep, 0);
    ArrayNode pair = node.putArray("pair");
    special(pair, cls, 0);
    sequence(pair, "A", 0);
    special(pair, sep, 0);
    sequence(pair, "B", 1);
    special(pair, sep, 1);
    ObjectNode tokens = node.putObject("special_tokens");
    for (String name : List.of(cls, sep)) {
      ObjectNode token = tokens.putObject(name).put("id", name);
      token.putArray("ids").add(ids.get(name));
      token.putArray("tokens").add(name);
    }
    return node;
  }

  private static void special(ArrayNode template, String name, int type) {
    template.addObject().putObject("SpecialToken").put("id", name).put("type_id", type);
  }

  private static void sequence(ArrayNode template, String name, int type) {
    template.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }

  private static ObjectNode byteLevel(ObjectNode node, boolean prefixSpace, boolean trim) {
    return node.put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", trim);
  }

  /** Adds special tokens by id, then the tokens of added_tokens.json, whose ids must follow on. */
  private void addTokens(
      ArrayNode added, TokenizerFamily family, Map<Role, String> names, Map<String, Integer> ids) {
    int base = ids.size();
    List<String> extra = new ArrayList<>();
    settings
        .addedTokens()
        .properties()
        .forEach(
            e -> {
              int id = id("added_tokens.json", e.getKey(), e.getValue());
              Integer known = ids.putIfAbsent(e.getKey(), id);
              if (known != null && known != id) {
                throw new TokenizerException(
                    settings.source()
                        + "/added_tokens.json: \""
                        + e.getKey()
                        + "\" has id "
                        + id
                        + ", but "
                        + known
                        + " in the vocabulary. Do the files belong together?");
              }
              if (known == null) {
                extra.add(e.getKey());
              }
            });
    extra.sort(Comparator.comparing(ids::get));
    for (int i = 0; i < extra.size(); i++) {
      if (ids.get(extra.get(i)) != base + i) {
        throw new TokenizerException(
            settings.source()
                + "/added_tokens.json: \""
                + extra.get(i)
                + "\" has id "
                + ids.get(extra.get(i))
                + "; added ids must follow the "
                + base
                + " of the vocabulary without gaps, here "
                + (base + i)
                + ".");
      }
    }
    Map<String, Role> roles = new LinkedHashMap<>();
    names.forEach((role, name) -> roles.putIfAbsent(name, role));
    List<String> all = new ArrayList<>(extra);
    roles.keySet().stream().filter(name -> !all.contains(name)).forEach(all::add);
    all.sort(Comparator.comparing(ids::get));
    for (String name : all) {
      Role role = roles.get(name);
      JsonNode entry = role == null ? null : settings.special(role.key());
      // The reference class makes <mask> swallow the space before it.
      boolean left = family == TokenizerFamily.ROBERTA && role == Role.MASK;
      added
          .addObject()
          .put("id", ids.get(name))
          .put("content", name)
          .put("single_word", attribute(entry, "single_word", false))
          .put("lstrip", attribute(entry, "lstrip", left))
          .put("rstrip", attribute(entry, "rstrip", false))
          .put("normalized", attribute(entry, "normalized", role == null))
          .put("special", role != null);
    }
  }

  private static boolean attribute(JsonNode entry, String key, boolean otherwise) {
    return entry != null && entry.isObject() && entry.path(key).isBoolean()
        ? entry.get(key).booleanValue()
        : otherwise;
  }

  private String spelling(TokenizerFamily family, Role role) {
    JsonNode entry = settings.special(role.key());
    if (entry == null) {
      return SpecialTokenResolver.defaultSpelling(family, role);
    }
    return entry.isNull() ? null : settings.spelling(role.key(), entry);
  }

  private int id(String file, String token, JsonNode value) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 0
        || value.intValue() >= Vocabulary.MAX_SIZE) {
      throw new TokenizerException(
          settings.source()
              + "/"
              + file
              + ": the id of \""
              + token
              + "\" must be a whole number in [0, "
              + Vocabulary.MAX_SIZE
              + "); it is "
              + value
              + ".");
    }
    return value.intValue();
  }

  private TokenizerException missing(String file, Role role, String name, int size) {
    return new TokenizerException(
        settings.source()
            + "/"
            + file
            + ": the "
            + role.key()
            + " \""
            + name
            + "\" is not among its "
            + size
            + " tokens. Is this the right vocabulary? If the token is spelled otherwise, name it in"
            + " special_tokens_map.json.");
  }
}
