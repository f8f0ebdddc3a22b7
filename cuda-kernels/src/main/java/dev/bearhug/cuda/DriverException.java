package dev.bearhug.cuda;

/** A call of the CUDA driver failed; the message says why and what to do. */
final class DriverException extends Exception {

  private static final long serialVersionUID = 1L;

  DriverException(String message) {
    super(message);
  }

  DriverException(String message, Throwable cause) {
    super(message, cause);
  }
}
