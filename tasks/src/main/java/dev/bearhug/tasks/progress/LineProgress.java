package dev.bearhug.tasks.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Plain lines for logs and pipes. */
final class LineProgress implements ProgressReporter {
  /** A line at each tenth of the work. */
  private static final int PARTS = 10;

  private final String title;
  private final long total;
  private final PrintStream out;
  private final LongSupplier nanoClock;
  private final long intervalNanos;
  private final TimeLeft time;
  private long step;
  private long shownStep;
  private long shownNanos;
  private ProgressFigures figures = ProgressFigures.NONE;
  private boolean closed;

  LineProgress(
      String title,
      long start,
      long total,
      PrintStream out,
      LongSupplier nanoClock,
      Duration interval) {
    this.title = title;
    this.total = total;
    this.out = out;
    this.nanoClock = nanoClock;
    this.intervalNanos = interval.toNanos();
    this.shownNanos = nanoClock.getAsLong();
    this.time = new TimeLeft(start, total, shownNanos);
    this.step = start;
    this.shownStep = start;
  }

  @Override
  public synchronized void update(long step, ProgressFigures figures) {
    this.step = step;
    this.figures = figures;
    long now = nanoClock.getAsLong();
    long sinceShown = now - shownNanos;
    boolean newPart = PARTS * step / total > PARTS * shownStep / total;
    // Tenths that pass within a second would flood the log of a short run.
    if (sinceShown >= intervalNanos || newPart && sinceShown >= intervalNanos / PARTS) {
      show(now);
    }
  }

  @Override
  public synchronized void message(String line) {
    out.println(line);
  }

  @Override
  public synchronized void close() {
    if (!closed && step != shownStep) {
      show(nanoClock.getAsLong());
    }
    closed = true;
  }

  private void show(long now) {
    StringBuilder line = new StringBuilder();
    line.append(title).append(": step ").append(step).append('/').append(total);
    line.append(" (").append(Math.min(100, 100 * step / total)).append("%)");
    if (!figures.text().isEmpty()) {
      line.append(", ").append(figures.text());
    }
    line.append(", ").append(Units.duration(time.elapsed(now))).append(" elapsed");
    time.left(step, now)
        .ifPresent(left -> line.append(", ").append(Units.duration(left)).append(" left"));
    out.println(line);
    shownStep = step;
    shownNanos = now;
  }
}
