package dev.bearhug.tasks.cli;

/** What the process tells its caller. */
public final class ExitCodes {

  /** All went well. */
  public static final int OK = 0;

  /** The command ran and failed: bad data, a diverged loss, a full disk. */
  public static final int FAILED = 1;

  /** The command line or the configuration is wrong; nothing was started. */
  public static final int USAGE = 2;

  /** This machine lacks something: a device, a library, memory. */
  public static final int ENVIRONMENT = 3;

  private ExitCodes() {}
}
