package dev.bearhug.nn.data;

/** A batch could not be built; the message says which one, the cause why. */
public final class DataLoadingException extends RuntimeException {

  /**
   * Creates the exception.
   *
   * @param message the whole message
   * @param cause what went wrong in dataset or collator, or null
   */
  public DataLoadingException(String message, Throwable cause) {
    super(message, cause);
  }
}
