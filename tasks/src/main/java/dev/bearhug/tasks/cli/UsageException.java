package dev.bearhug.tasks.cli;

/** Options that do not go together or cannot be understood. */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the error. */
  public UsageException(String message) {
    super(message);
  }
}
