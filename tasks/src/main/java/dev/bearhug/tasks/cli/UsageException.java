package dev.bearhug.tasks.cli;

/** Options that do not go together or cannot be understood. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
