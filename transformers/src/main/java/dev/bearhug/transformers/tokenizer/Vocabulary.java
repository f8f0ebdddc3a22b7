package dev.bearhug.transformers.tokenizer;

import java.util.HashMap;
import java.util.Map;

/** Both directions of a vocabulary, added tokens included; immutable. */
final class Vocabulary {

  /** Bounds what a hostile file can make us allocate; the largest published one has 0.5 million. */
  static final int MAX_SIZE = 1 << 23;

  private final Map<String, Integer> ids;
  private final String[] tokens;

  /**
   * Creates the tables.
   *
   * @param entries token to id; two tokens may not share an id
   * @param source named in errors
   */
  Vocabulary(Map<String, Integer> entries, String source) {
    if (entries.isEmpty()) {
      throw new TokenizerException(source + ": the vocabulary is empty. Is the file complete?");
    }
    int max = 0;
    for (Map.Entry<String, Integer> entry : entries.entrySet()) {
      int id = entry.getValue();
      if (id < 0 || id >= MAX_SIZE) {
        throw new TokenizerException(
            source
                + ": token \""
                + entry.getKey()
                + "\" has id "
                + id
                + "; ids must be in [0, "
                + MAX_SIZE
                + "). Is the file damaged?");
      }
      max = Math.max(max, id);
    }
    ids = new HashMap<>(entries);
    tokens = new String[max + 1];
    entries.forEach(
        (token, id) -> {
          if (tokens[id] != null) {
            throw new TokenizerException(
                source
                    + ": tokens \""
                    + tokens[id]
                    + "\" and \""
                    + token
                    + "\" share id "
                    + id
                    + "; each token needs an id of its own. Is the file damaged?");
          }
          tokens[id] = token;
        });
  }

  int size() {
    return tokens.length;
  }

  Integer id(String token) {
    return ids.get(token);
  }

  /** Returns the spelling, or null for an id without a token. */
  String token(int id) {
    return id < 0 || id >= tokens.length ? null : tokens[id];
  }
}
