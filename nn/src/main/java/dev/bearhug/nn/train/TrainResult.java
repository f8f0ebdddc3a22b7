package dev.bearhug.nn.train;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * How a run ended.
 *
 * @param reason why
 * @param steps number of optimizer steps done
 * @param bestValue best value of the metric that is watched, empty if there is none
 * @param bestStep step of the best value, -1 if there is none
 * @param lastMetrics values of the last evaluation of this process, sorted by name; empty if there
 *     was none
 */
public record TrainResult(
    Reason reason,
    long steps,
    OptionalDouble bestValue,
    long bestStep,
    Map<String, Double> lastMetrics) {

  /** Why a run ended. */
  public enum Reason {
    /** All steps are done. */
    COMPLETED,
    /** The metric made no progress for too long. */
    EARLY_STOPPED,
    /** {@link Trainer#requestStop} was called. */
    STOP_REQUESTED
  }
}
