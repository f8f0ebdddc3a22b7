package dev.bearhug.tensor.io;

import java.nio.file.Path;

/**
 * A file is not what its format demands.
 *
 * <p>The message names the file, the broken rule with the values met, a likely cause and a way out.
 * Nothing of the file has been used when this is thrown.
 */
public final class CorruptFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_VALUE = 200;

  private final transient Path file;
  private final String rule;

  /**
   * Creates the error.
   *
   * @param format component that reads the format, such as {@code "safetensors"}
   * @param file the file
   * @param rule the rule that is broken, in words
   * @param actual the values met; shortened when long
   * @param advice likely cause and what to do, full sentences
   * @param cause what a parser threw, or null
   */
  public CorruptFileException(
      String format, Path file, String rule, String actual, String advice, Throwable cause) {
    super(
        format + ": " + file + " is not valid (" + rule + "; " + shorten(actual) + "). " + advice);
    initCause(cause);
    this.file = file;
    this.rule = rule;
  }

  /** Returns the file, or null after deserialization of this exception. */
  public Path file() {
    return file;
  }

  /** Returns the broken rule in words. */
  public String rule() {
    return rule;
  }

  private static String shorten(String text) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), LONGEST_VALUE) + 3);
    for (int i = 0; i < text.length() && i < LONGEST_VALUE; i++) {
      char c = text.charAt(i);
      clean.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > LONGEST_VALUE ? clean.append("...").toString() : clean.toString();
  }
}
