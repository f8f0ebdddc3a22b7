package dev.bearhug.tasks.progress;

import java.time.Duration;
import java.util.Locale;

/** Writes quantities the way people read them: short, with a unit, independent of the locale. */
public final class Units {
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final String[] COUNT_UNITS = {"", "k", "M", "G", "T", "P", "E"};

  private Units() {}

  /**
   * Writes a duration with its two largest units: {@code 0.4 s}, {@code 12 s}, {@code 3 min 05 s},
   * {@code 2 h 07 min}, {@code 4 d 03 h}.
   *
   * @param duration zero or more; a negative one is written with a minus sign
   */
  public static String duration(Duration duration) {
    if (duration.isNegative()) {
      return "-" + duration(duration.negated());
    }
    if (duration.toMillis() < 9_950) {
      return format("%.1f s", duration.toMillis() / 1000.0);
    }
    long seconds = duration.plusMillis(500).toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return format("%d min %02d s", seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return format("%d h %02d min", seconds / 3_600, seconds / 60 % 60);
    }
    return format("%d d %02d h", seconds / 86_400, seconds / 3_600 % 24);
  }

  /**
   * Writes a number of bytes in binary units with three digits: {@code 512 B}, {@code 1.50 GiB}.
   *
   * @param bytes any number; a negative one is written with a minus sign
   */
  public static String bytes(long bytes) {
    return scaled(bytes, 1024, BYTE_UNITS, " ");
  }

  /**
   * Writes a number of things in decimal units with three digits: {@code 950}, {@code 12.3k},
   * {@code 110M}.
   *
   * @param count any number; not-a-number and infinities are written by their names
   */
  public static String count(double count) {
    return scaled(count, 1000, COUNT_UNITS, "");
  }

  /**
   * Writes a small number such as a learning rate: {@code 0}, {@code 0.01}, {@code 2.5e-5}.
   *
   * @param value any number
   */
  public static String scientific(double value) {
    if (value == 0) {
      return "0";
    }
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    double size = Math.abs(value);
    if (size >= 0.001 && size < 10_000) {
      return trimmed(format("%.4f", value));
    }
    String[] parts = format("%.2e", value).split("e", 2);
    return trimmed(parts[0]) + "e" + Integer.parseInt(parts[1]);
  }

  private static String scaled(double value, int base, String[] units, String separator) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    double scaled = value;
    int unit = 0;
    // 999.5 is where three digits would round to four.
    while (Math.abs(scaled) >= (base == 1000 ? 999.5 : 1023.5) && unit < units.length - 1) {
      scaled /= base;
      unit++;
    }
    String pattern = unit == 0 || Math.abs(scaled) >= 99.95 ? "%.0f" : fraction(scaled);
    return format(pattern, scaled) + (units[unit].isEmpty() ? "" : separator + units[unit]);
  }

  private static String fraction(double scaled) {
    return Math.abs(scaled) >= 9.995 ? "%.1f" : "%.2f";
  }

  private static String trimmed(String number) {
    return number.contains(".") ? number.replaceAll("0+$", "").replaceAll("\\.$", "") : number;
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
