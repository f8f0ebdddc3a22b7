package dev.bearhug.tasks.config;

/** A configuration that cannot be used. */
public final class ConfigException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The dotted key, or {@code null} when no single key is to blame. */
  public final String key;

  ConfigException(String key, String origin, String message) {
    super("config: " + message + (origin == null ? "" : "\n  in " + origin));
    this.key = key;
  }
}
