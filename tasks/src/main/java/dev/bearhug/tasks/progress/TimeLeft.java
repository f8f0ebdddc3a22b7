package dev.bearhug.tasks.progress;

import java.time.Duration;
import java.util.Optional;

/** Estimates the time left from the steps done since the work began or was resumed. */
final class TimeLeft {
  private final long start;
  private final long total;
  private final long startNanos;

  TimeLeft(long start, long total, long startNanos) {
    if (start < 0 || total < 1) {
      throw new IllegalArgumentException(
          "progress: start must not be negative and total at least 1 (start "
              + start
              + ", total "
              + total
              + "). Is the data set empty?");
    }
    this.start = start;
    this.total = total;
    this.startNanos = startNanos;
  }

  Duration elapsed(long nowNanos) {
    return Duration.ofNanos(nowNanos - startNanos);
  }

  /** Returns nothing before the first step and after the last. */
  Optional<Duration> left(long step, long nowNanos) {
    if (step <= start || step >= total) {
      return Optional.empty();
    }
    double perStep = (double) (nowNanos - startNanos) / (step - start);
    return Optional.of(Duration.ofNanos((long) (perStep * (total - step))));
  }
}
