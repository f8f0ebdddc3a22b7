package dev.bearhug.tasks.progress;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Decides whether a bar can be redrawn in place on standard error.
 *
 * @param environment the process's environment variables
 * @param terminal whether standard error goes to a terminal
 */
record TerminalProbe(Map<String, String> environment, boolean terminal) {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  static TerminalProbe ofThisProcess() {
    return new TerminalProbe(System.getenv(), standardErrorIsTerminal());
  }

  boolean interactive() {
    String term = environment.getOrDefault("TERM", "");
    String ci = environment.getOrDefault("CI", "");
    boolean automatic = !ci.isEmpty() && !ci.equalsIgnoreCase("false") && !ci.equals("0");
    return terminal && !automatic && !term.isEmpty() && !term.equals("dumb");
  }

  /** The console knows standard input and output only, so Linux is asked about its own file. */
  private static boolean standardErrorIsTerminal() {
    if (Files.isSymbolicLink(STANDARD_ERROR)) {
      try {
        return isTerminalDevice(Files.readSymbolicLink(STANDARD_ERROR).toString());
      } catch (IOException e) {
        return consoleIsTerminal();
      }
    }
    return consoleIsTerminal();
  }

  static boolean isTerminalDevice(String target) {
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console");
  }

  private static boolean consoleIsTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
