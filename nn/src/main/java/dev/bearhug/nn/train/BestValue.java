package dev.bearhug.nn.train;

/**
 * The best value of the watched metric so far.
 *
 * @param value the value, not a number if there is none
 * @param step its step, -1 if there is none
 * @param withoutProgress evaluations in a row that brought no progress
 */
record BestValue(double value, long step, int withoutProgress) {

  static final BestValue NONE = new BestValue(Double.NaN, -1, 0);

  /** Returns the best value after another evaluation; a value that is not finite is never best. */
  BestValue after(double newValue, long newStep, TrainSettings settings) {
    boolean better = Double.isFinite(newValue) && (step < 0 || gain(newValue, settings) > 0);
    boolean progress = better && (step < 0 || gain(newValue, settings) > settings.minDelta());
    int waiting = progress ? 0 : withoutProgress + 1;
    return better ? new BestValue(newValue, newStep, waiting) : new BestValue(value, step, waiting);
  }

  private double gain(double newValue, TrainSettings settings) {
    return settings.higherIsBetter() ? newValue - value : value - newValue;
  }
}
