package dev.bearhug.tasks.cli;

/** A part of the program, or what it needs, is not there; the exit status is {@code 3}. */
public final class MissingPartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the error. */
  public MissingPartException(String message) {
    super(message);
  }
}
