package dev.bearhug.tasks.progress;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;

/**
 * Shows how far a piece of work has come and when it will be done.
 *
 * <p>{@link #update} may be called at every step: it stores a few numbers and draws at most a few
 * times a second. One thread updates; messages may come from any thread.
 */
public interface ProgressReporter extends AutoCloseable {

  /**
   * Notes that {@code step} of the steps are done.
   *
   * @param step steps done so far; a resumed run starts at its checkpoint's step
   * @param figures what to show beside the bar
   */
  void update(long step, ProgressFigures figures);

  /** Prints {@code line} without tearing the bar, for example the result of an evaluation. */
  void message(String line);

  /** Ends the display and leaves its last state visible. Calling it again does nothing. */
  @Override
  void close();

  /**
   * Starts a display on standard error: a bar on a terminal, else plain lines.
   *
   * <p>Plain lines are also used when {@code TERM} is {@code dumb} or unset or {@code CI} is set.
   *
   * @param title what is being done, for example {@code train}
   * @param start steps done before, 0 for a new run
   * @param total steps in all, at least 1
   */
  static ProgressReporter onStandardError(String title, long start, long total) {
    return TerminalProbe.ofThisProcess().interactive()
        ? bar(title, start, total, System.err)
        : lines(title, start, total, System.err);
  }

  /** Starts a progress bar that is redrawn in place on {@code out}. */
  static ProgressReporter bar(String title, long start, long total, PrintStream out) {
    return new BarProgress(title, start, total, out, new ConsoleProgressBarConsumer(out));
  }

  /** Starts plain lines on {@code out}: one about every ten seconds and every tenth of the work. */
  static ProgressReporter lines(String title, long start, long total, PrintStream out) {
    return new LineProgress(title, start, total, out, System::nanoTime, Duration.ofSeconds(10));
  }
}
