package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.ConfigException;
import dev.bearhug.tasks.registry.UnknownTaskException;
import dev.bearhug.tensor.error.DeviceException;
import dev.bearhug.tensor.error.OutOfMemoryException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Prints errors as their message, with the stack trace only where it helps. */
final class ErrorPrinter implements IExecutionExceptionHandler {

  private final BooleanSupplier verbose;

  ErrorPrinter(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleExecutionException(
      Exception error, CommandLine commandLine, ParseResult parseResult) {
    CommandLine.Help.ColorScheme colors = commandLine.getColorScheme();
    commandLine.getErr().println(colors.errorText("bearhug: " + message(error)));
    if (verbose.getAsBoolean()) {
      error.printStackTrace(commandLine.getErr());
    } else if (isBug(error)) {
      commandLine
          .getErr()
          .println(
              "This is probably a bug in bearhug. Run the command again with --verbose and report"
                  + " what it prints.");
    }
    return exitCode(error);
  }

  private static String message(Exception error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  /** Says whether nobody wrote a message for this situation. */
  private static boolean isBug(Exception error) {
    return error.getMessage() == null
        || error instanceof NullPointerException
        || error instanceof ClassCastException
        || error instanceof IndexOutOfBoundsException
        || error instanceof ArithmeticException;
  }

  static int exitCode(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof UsageException
          || e instanceof ConfigException
          || e instanceof UnknownTaskException) {
        return ExitCodes.USAGE;
      }
      if (e instanceof DeviceException
          || e instanceof OutOfMemoryException
          || e instanceof MissingPartException) {
        return ExitCodes.ENVIRONMENT;
      }
    }
    return ExitCodes.FAILED;
  }
}
