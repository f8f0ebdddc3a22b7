package dev.bearhug.tasks.progress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Draws one line: title, share, bar, steps, figures, time left; the bar takes what room remains.
 */
final class BarRenderer {
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 40;

  private final String title;
  private final boolean unicode;

  BarRenderer(String title, boolean unicode) {
    this.title = title;
    this.unicode = unicode;
  }

  /**
   * Draws a state in exactly {@code width} characters; where room is short the least wanted figures
   * are left out first.
   */
  String render(
      long step, long total, ProgressFigures figures, Optional<Duration> left, int width) {
    double share = Math.clamp((double) step / total, 0.0, 1.0);
    String head = String.format(Locale.ROOT, "%s %3d%% ", title, (int) (100 * share));
    List<String> parts = new ArrayList<>(figures.parts());
    String tail = tail(step, total, parts, left);
    while (head.length() + MIN_BAR + tail.length() > width && !parts.isEmpty()) {
      parts.remove(parts.size() - 1);
      tail = tail(step, total, parts, left);
    }
    int room = Math.clamp(width - head.length() - tail.length() - 2L, 0, MAX_BAR);
    String line = head + (room > 0 ? bar(share, room) : "") + tail;
    // Spaces to the end wipe what a longer line before may have left.
    String padded = line + " ".repeat(Math.max(0, width - line.length()));
    return padded.substring(0, Math.max(0, width));
  }

  private static String tail(long step, long total, List<String> parts, Optional<Duration> left) {
    String done = Long.toString(step);
    StringBuilder tail = new StringBuilder(" ");
    tail.append(" ".repeat(Math.max(0, Long.toString(total).length() - done.length())));
    tail.append(done).append('/').append(total);
    parts.forEach(part -> tail.append("  ").append(part));
    left.ifPresent(time -> tail.append("  ").append(Units.duration(time)).append(" left"));
    return tail.toString();
  }

  private String bar(double share, int room) {
    if (!unicode) {
      int filled = (int) (share * room);
      return "[" + "=".repeat(filled) + " ".repeat(room - filled) + "]";
    }
    int eighths = (int) (share * room * 8);
    StringBuilder bar = new StringBuilder("│").append("█".repeat(eighths / 8));
    if (eighths % 8 > 0) {
      bar.append("▏▎▍▌▋▊▉".charAt(eighths % 8 - 1));
    }
    return bar.append(" ".repeat(room + 1 - bar.length())).append("│").toString();
  }
}
