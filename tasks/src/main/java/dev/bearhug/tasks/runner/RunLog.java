package dev.bearhug.tasks.runner;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.LoggerFactory;

/**
 * The file {@code run.log}: what the run said, and what the engine logged meanwhile, with times.
 *
 * <p>While it is open it listens to the logging of this process, where that is logback. A resumed
 * run appends.
 */
final class RunLog implements AutoCloseable {

  private static final String ROOT_PACKAGE = "dev.bearhug";

  private final Path file;
  private final BufferedWriter writer;
  private final Listener listener = new Listener();
  private IOException failure;

  RunLog(Path file) {
    this.file = file;
    try {
      this.writer =
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      listener.setContext(context);
      listener.start();
      context.getLogger(ROOT_PACKAGE).addAppender(listener);
    }
  }

  /** Writes a line of the run itself. */
  void say(String text) {
    line("", text);
  }

  private synchronized void line(String level, String text) {
    try {
      writer.write(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + text);
      writer.newLine();
      writer.flush();
    } catch (IOException e) {
      // A logger must not throw; the run fails when it closes the log.
      failure = e;
    }
  }

  @Override
  public void close() {
    if (listener.isStarted()) {
      ((LoggerContext) listener.getContext()).getLogger(ROOT_PACKAGE).detachAppender(listener);
      listener.stop();
    }
    try {
      writer.close();
    } catch (IOException e) {
      failure = e;
    }
    if (failure != null) {
      throw failed(failure);
    }
  }

  private UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException(
        "run log: cannot write " + file + " (" + cause.getMessage() + "). Is the disk full?",
        cause);
  }

  /** Takes events of the engine's own loggers. */
  private final class Listener extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
        String trace =
            event.getThrowableProxy() == null
                ? ""
                : System.lineSeparator() + ThrowableProxyUtil.asString(event.getThrowableProxy());
        line(event.getLevel() + " ", event.getFormattedMessage() + trace);
      }
    }
  }
}
