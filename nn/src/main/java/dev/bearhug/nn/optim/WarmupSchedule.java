package dev.bearhug.nn.optim;

/**
 * A linear rise from 0 to the base rate, then a curve.
 *
 * @param baseRate the rate at the end of the rise
 * @param warmup number of steps of the rise, 0 for none
 * @param curve the rates after the rise
 */
record WarmupSchedule(double baseRate, long warmup, Curve curve) implements LrSchedule {

  @Override
  public double rate(long step) {
    if (step < 0) {
      throw new IllegalArgumentException(
          "learning-rate schedule: the step must not be negative, got "
              + step
              + ". Steps count from 0.");
    }
    return step < warmup
        ? baseRate * ((double) step / warmup)
        : curve.rate(baseRate, step - warmup);
  }
}
