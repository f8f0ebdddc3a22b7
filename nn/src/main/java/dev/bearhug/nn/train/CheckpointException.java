package dev.bearhug.nn.train;

import java.io.IOException;

/** A checkpoint could not be written; the message says what is left on disk. */
public final class CheckpointException extends IOException {

  /**
   * Creates the exception.
   *
   * @param message the whole message
   * @param cause what went wrong, or null
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
