package dev.bearhug.nn.optim;

/**
 * How the rate goes on after the warm-up.
 *
 * <p>{@code StrictMath} throughout: a resumed run may continue on another processor and must see
 * the same rates to the last bit.
 */
sealed interface Curve {

  /**
   * Returns the rate at a step after the warm-up.
   *
   * @param baseRate the rate at the end of the warm-up
   * @param step steps since the end of the warm-up, from 0
   */
  double rate(double baseRate, long step);

  /** The base rate for ever. */
  record Flat() implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      return baseRate;
    }
  }

  /**
   * A straight line down to 0, and 0 from there on.
   *
   * @param steps number of steps until 0
   */
  record Line(long steps) implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      return baseRate * Math.max(0.0, (double) (steps - step) / Math.max(1, steps));
    }
  }

  /**
   * {@code base * (1 + cos(2 pi cycles step / steps)) / 2}, continued beyond {@code steps}.
   *
   * @param steps number of steps of all cycles
   * @param cycles number of full waves; 0.5 falls once from the base rate to 0
   */
  record Cosine(long steps, double cycles) implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      double progress = (double) step / Math.max(1, steps);
      double wave = StrictMath.cos(Math.PI * cycles * 2.0 * progress);
      return baseRate * Math.max(0.0, 0.5 * (1.0 + wave));
    }
  }

  /**
   * Falls along half a cosine wave and jumps back to the base rate; 0 after the last fall.
   *
   * @param steps number of steps of all falls
   * @param cycles number of falls
   */
  record CosineRestarts(long steps, double cycles) implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      double progress = (double) step / Math.max(1, steps);
      if (progress >= 1.0) {
        return 0.0;
      }
      double wave = StrictMath.cos(Math.PI * ((cycles * progress) % 1.0));
      return baseRate * Math.max(0.0, 0.5 * (1.0 + wave));
    }
  }

  /**
   * {@code (base - end) * (1 - step / steps)^power + end}, and {@code end} after the last step.
   *
   * @param steps number of steps until the end rate
   * @param endRate the last rate
   * @param power exponent of the remaining share
   */
  record Polynomial(long steps, double endRate, double power) implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      if (step > steps) {
        return endRate;
      }
      double remaining = 1.0 - (double) step / Math.max(1, steps);
      return (baseRate - endRate) * StrictMath.pow(remaining, power) + endRate;
    }
  }

  /**
   * {@code base / sqrt(1 + step / timescale)}.
   *
   * @param timescale steps until the rate has fallen by a factor of sqrt(2)
   */
  record InverseSqrt(double timescale) implements Curve {
    @Override
    public double rate(double baseRate, long step) {
      return baseRate / Math.sqrt((step + timescale) / timescale);
    }
  }
}
