package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the special tokens from the configuration files, else by the names of the family. */
final class SpecialTokenResolver {

  private static final Map<Role, String> BERT =
      Map.of(
          Role.PAD, "[PAD]",
          Role.UNK, "[UNK]",
          Role.CLS, "[CLS]",
          Role.SEP, "[SEP]",
          Role.MASK, "[MASK]");

  private static final Map<Role, String> ROBERTA =
      Map.of(
          Role.PAD, "<pad>",
          Role.UNK, "<unk>",
          Role.CLS, "<s>",
          Role.SEP, "</s>",
          Role.MASK, "<mask>",
          Role.BOS, "<s>",
          Role.EOS, "</s>");

  private static final Map<Role, String> GPT2 =
      Map.of(Role.UNK, "<|endoftext|>", Role.BOS, "<|endoftext|>", Role.EOS, "<|endoftext|>");

  private static final Map<Role, String> OTHER =
      Map.of(
          Role.PAD, "<pad>",
          Role.UNK, "<unk>",
          Role.MASK, "<mask>",
          Role.BOS, "<s>",
          Role.EOS, "</s>");

  private SpecialTokenResolver() {}

  /** Returns the spelling a family uses for a role, or null. */
  static String defaultSpelling(TokenizerFamily family, Role role) {
    return (switch (family) {
          case BERT -> BERT;
          case ROBERTA -> ROBERTA;
          case GPT2 -> GPT2;
          case OTHER -> OTHER;
        })
        .get(role);
  }

  /**
   * Returns the special tokens.
   *
   * @param marked tokens that {@code tokenizer.json} marks as special; only these may be guessed
   *     for a family without fixed names
   * @throws TokenizerException if a file names a token that the vocabulary lacks
   */
  static SpecialTokens resolve(
      TokenizerSettings settings,
      TokenizerFamily family,
      Vocabulary vocabulary,
      Set<String> marked) {
    Map<Role, SpecialToken> byRole = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      JsonNode entry = settings.special(role.key());
      if (entry != null && !entry.isNull()) {
        byRole.put(role, named(settings, role.key(), entry, vocabulary));
      } else if (entry == null) {
        String spelling = defaultSpelling(family, role);
        if (spelling != null
            && vocabulary.id(spelling) != null
            && (family != TokenizerFamily.OTHER || marked.contains(spelling))) {
          byRole.put(role, new SpecialToken(spelling, vocabulary.id(spelling)));
        }
      }
    }
    List<SpecialToken> additional = new ArrayList<>();
    JsonNode more = settings.special("additional_special_tokens");
    if (more != null && more.isArray()) {
      for (JsonNode entry : more) {
        additional.add(named(settings, "additional_special_tokens", entry, vocabulary));
      }
    }
    return new SpecialTokens(byRole, additional);
  }

  private static SpecialToken named(
      TokenizerSettings settings, String key, JsonNode entry, Vocabulary vocabulary) {
    String spelling = settings.spelling(key, entry);
    Integer id = vocabulary.id(spelling);
    if (id == null) {
      throw new TokenizerException(
          settings.source()
              + ": "
              + key
              + " is \""
              + spelling
              + "\", which the vocabulary of "
              + vocabulary.size()
              + " tokens lacks. Do the files belong together? Else add it to added_tokens.json.");
    }
    return new SpecialToken(spelling, id);
  }
}
