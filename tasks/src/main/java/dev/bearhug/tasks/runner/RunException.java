package dev.bearhug.tasks.runner;

/** A run that cannot start or cannot go on because of its folder or its state. */
public final class RunException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception with the whole message. */
  public RunException(String message) {
    super(message);
  }

  /** Creates the exception with the whole message and what went wrong. */
  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
