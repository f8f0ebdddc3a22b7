package dev.bearhug.tasks.progress;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar that a background thread redraws in place; updates only store numbers. */
final class BarProgress implements ProgressReporter {
  private static final int REDRAW_MILLIS = 250;

  private final long total;
  private final PrintStream out;
  private final TimeLeft time;
  private final BarRenderer renderer;
  private final ProgressBar bar;
  private volatile ProgressFigures figures = ProgressFigures.NONE;
  private boolean closed;

  BarProgress(
      String title, long start, long total, PrintStream out, ConsoleProgressBarConsumer consumer) {
    this.total = total;
    this.out = out;
    this.time = new TimeLeft(start, total, System.nanoTime());
    this.renderer = new BarRenderer(title, out.charset().equals(StandardCharsets.UTF_8));
    this.bar =
        new ProgressBarBuilder()
            .setTaskName(title)
            .setInitialMax(total)
            .startsFrom(start, Duration.ZERO)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setConsumer(consumer)
            .setRenderer((state, width) -> line(state.getCurrent(), width))
            .build();
  }

  private String line(long step, int width) {
    return renderer.render(step, total, figures, time.left(step, System.nanoTime()), width);
  }

  @Override
  public void update(long step, ProgressFigures figures) {
    this.figures = figures;
    bar.stepTo(step);
  }

  @Override
  public void message(String line) {
    // The carriage return and "erase line" take the bar away; its thread draws it again below.
    out.print("\r\u001b[2K" + line + System.lineSeparator());
    out.flush();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      bar.close();
    }
  }
}
