package dev.bearhug.tasks.config;

/**
 * The tokenizer and the length of its output.
 *
 * @param path folder of a tokenizer; {@code build}: one is built from the train texts; {@code
 *     null}: the tokenizer in the folder of the model
 * @param vocabularySize number of tokens of a built tokenizer
 * @param lowercase whether a built tokenizer ignores case
 * @param maxLength longest input in tokens, special tokens included; longer ones are cut and
 *     counted
 */
public record TokenizerSection(String path, int vocabularySize, boolean lowercase, int maxLength) {

  /** The value of {@code path} that asks for a new tokenizer. */
  public static final String BUILD = "build";

  /** Checks the values. */
  public TokenizerSection {
    Rules.notBlank("tokenizer.path", path);
    Rules.atLeast(100, "tokenizer.vocabularySize", vocabularySize);
    // Two texts of one token each need three special tokens.
    Rules.atLeast(5, "tokenizer.maxLength", maxLength);
  }

  /** Says whether a tokenizer is built from the train texts. */
  public boolean isBuilt() {
    return BUILD.equals(path);
  }
}
