package dev.bearhug.transformers.tokenizer;

/** Reports tokenizer files, options or texts that cannot be used, with the rule and the values. */
public final class TokenizerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a cause.
   *
   * @param message component, what is wrong with the actual values, and what to try
   */
  public TokenizerException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message component, what is wrong with the actual values, and what to try
   * @param cause the failure below
   */
  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
