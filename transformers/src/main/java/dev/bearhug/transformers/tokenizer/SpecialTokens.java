package dev.bearhug.transformers.tokenizer;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The special tokens of a tokenizer by role; immutable. */
public final class SpecialTokens {

  /** What a special token is for; the names are those of {@code special_tokens_map.json}. */
  public enum Role {
    /** Fills short texts of a batch. */
    PAD,
    /** Stands for what the vocabulary cannot express. */
    UNK,
    /** Starts a text for classification. */
    CLS,
    /** Separates or ends texts. */
    SEP,
    /** Hides a token in masked language modelling. */
    MASK,
    /** Begins a generated text. */
    BOS,
    /** Ends a generated text. */
    EOS;

    /**
     * Returns the key of this role in Hugging Face files, such as {@code pad_token}.
     *
     * @return the key
     */
    public String key() {
      return name().toLowerCase(Locale.ROOT) + "_token";
    }
  }

  private final Map<Role, SpecialToken> byRole;
  private final List<SpecialToken> additional;

  /**
   * Creates the set.
   *
   * @param byRole token of each role that the tokenizer has
   * @param additional further special tokens without a role
   */
  public SpecialTokens(Map<Role, SpecialToken> byRole, List<SpecialToken> additional) {
    EnumMap<Role, SpecialToken> copy = new EnumMap<>(Role.class);
    copy.putAll(byRole);
    this.byRole = Collections.unmodifiableMap(copy);
    this.additional = List.copyOf(additional);
  }

  /**
   * Returns the tokens by role, in the order of {@link Role}.
   *
   * @return an unmodifiable map without the roles that the tokenizer lacks
   */
  public Map<Role, SpecialToken> byRole() {
    return byRole;
  }

  /**
   * Returns the special tokens that have no role ({@code additional_special_tokens}).
   *
   * @return an unmodifiable list
   */
  public List<SpecialToken> additional() {
    return additional;
  }

  /**
   * Returns the token of a role if the tokenizer has one.
   *
   * @param role the role
   * @return the token, or empty
   */
  public Optional<SpecialToken> find(Role role) {
    return Optional.ofNullable(byRole.get(role));
  }

  /**
   * Returns the token of a role.
   *
   * @param role the role
   * @return the token
   * @throws TokenizerException if the tokenizer has none
   */
  public SpecialToken require(Role role) {
    SpecialToken token = byRole.get(role);
    if (token == null) {
      throw new TokenizerException(
          "special tokens: this tokenizer has no "
              + role.key()
              + " (it has "
              + byRole.keySet().stream().map(Role::key).toList()
              + "). Name one in special_tokens_map.json or tokenizer_config.json.");
    }
    return token;
  }

  /**
   * Returns the id of a role's token.
   *
   * @param role the role
   * @return the id
   * @throws TokenizerException if the tokenizer has none
   */
  public int id(Role role) {
    return require(role).id();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SpecialTokens that
        && byRole.equals(that.byRole)
        && additional.equals(that.additional);
  }

  @Override
  public int hashCode() {
    return 31 * byRole.hashCode() + additional.hashCode();
  }

  @Override
  public String toString() {
    return "SpecialTokens" + byRole + (additional.isEmpty() ? "" : " + " + additional);
  }
}
