package dev.bearhug.nn;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns keys of a file into parameter paths by ordered rules; each rule sees the result of the one
 * before. Every change is reported.
 */
public final class KeyMap {

  /**
   * One rule.
   *
   * @param reason why, for the load report
   * @param pattern what it applies to; must be found in the key
   * @param replacement with {@code $1} for groups; empty Optional drops the key
   */
  public record Rule(String reason, Pattern pattern, Optional<String> replacement) {

    /** A rule that renames. */
    public static Rule rename(String reason, String pattern, String replacement) {
      return new Rule(reason, Pattern.compile(pattern), Optional.of(replacement));
    }

    /** A rule that leaves a key out because the model computes its values. */
    public static Rule drop(String reason, String pattern) {
      return new Rule(reason, Pattern.compile(pattern), Optional.empty());
    }
  }

  private final List<Rule> rules;

  /** A map that applies the rules in order. */
  public KeyMap(Rule... rules) {
    this.rules = List.of(rules);
  }

  /** The rules. */
  public List<Rule> rules() {
    return rules;
  }

  /** The parameter path of a key of a file; empty if a rule drops it. */
  public Optional<String> map(String key) {
    String k = key;
    for (Rule rule : rules) {
      Matcher m = rule.pattern().matcher(k);
      if (m.find()) {
        if (rule.replacement().isEmpty()) {
          return Optional.empty();
        }
        k = m.replaceAll(rule.replacement().get());
      }
    }
    return Optional.of(k);
  }
}
