package dev.bearhug.nn.optim;

/**
 * The learning rate of every optimizer step.
 *
 * <p>A schedule is an immutable function of the step: it has no state to save, and a resumed run
 * gets the rates of the uninterrupted one. {@link LrSchedules} creates the usual ones.
 */
@FunctionalInterface
public interface LrSchedule {

  /**
   * Returns the learning rate an optimizer step uses.
   *
   * @param step index of the optimizer step, from 0; with gradient accumulation several
   *     micro-batches share one step
   * @return the rate, not negative
   * @throws IllegalArgumentException if {@code step} is negative
   */
  double rate(long step);
}
