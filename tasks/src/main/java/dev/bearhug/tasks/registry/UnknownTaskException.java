package dev.bearhug.tasks.registry;

/** A name that no task has. */
public final class UnknownTaskException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnknownTaskException(String message) {
    super(message);
  }
}
