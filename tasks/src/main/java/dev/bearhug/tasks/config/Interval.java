package dev.bearhug.tasks.config;

/**
 * How often something happens during training.
 *
 * @param steps every so many optimizer steps; 0 stands for the end of each epoch
 */
public record Interval(int steps) {

  /** The end of each epoch. */
  public static final Interval EPOCH = new Interval(0);

  /** Checks the number. */
  public Interval {
    if (steps < 0) {
      throw new IllegalArgumentException("an interval must not be negative (is " + steps + ").");
    }
  }

  /**
   * Reads {@code epoch} or a number of steps, at least 1.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Interval parse(String text) {
    if (text.equals("epoch")) {
      return EPOCH;
    }
    if (!text.matches("[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException("\"" + text + "\" is neither epoch nor a number of steps");
    }
    return new Interval(Integer.parseInt(text));
  }

  /** Says whether the interval is the epoch. */
  public boolean isEpoch() {
    return steps == 0;
  }

  @Override
  public String toString() {
    return isEpoch() ? "epoch" : Integer.toString(steps);
  }
}
