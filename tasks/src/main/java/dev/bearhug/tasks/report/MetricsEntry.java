package dev.bearhug.tasks.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One line of the metrics log.
 *
 * @param kind whether the figures come from training or from an evaluation
 * @param step optimizer steps done when the figures were taken
 * @param epoch passes over the train data so far, with fraction
 * @param figures numbers by name, in the order they are written; not-a-number and infinities are
 *     kept
 */
public record MetricsEntry(Kind kind, long step, double epoch, Map<String, Double> figures) {

  /** Name of the training loss, and of the loss on dev in evaluations. */
  public static final String LOSS = "loss";

  /** Name of the learning rate. */
  public static final String LEARNING_RATE = "learning_rate";

  /** Name of the norm of all gradients before clipping. */
  public static final String GRADIENT_NORM = "gradient_norm";

  /** Name of the speed in real tokens per second. */
  public static final String TOKENS_PER_SECOND = "tokens_per_second";

  /** Name of the memory in use, in bytes. */
  public static final String MEMORY_BYTES = "memory_bytes";

  /** Keys of a line that are not figures. */
  static final Set<String> RESERVED = Set.of("kind", "step", "epoch");

  /** Where figures come from. */
  public enum Kind {
    /** A training step. */
    TRAIN,
    /** An evaluation on the dev data. */
    EVAL
  }

  /** Copies the figures and checks the step and the names. */
  public MetricsEntry {
    Objects.requireNonNull(kind, "kind");
    if (step < 0) {
      throw new IllegalArgumentException("metrics: step must not be negative (step " + step + ").");
    }
    for (String name : figures.keySet()) {
      if (RESERVED.contains(name)) {
        throw new IllegalArgumentException(
            "metrics: \""
                + name
                + "\" cannot name a figure; it is a key of every line. Rename it.");
      }
    }
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  /**
   * Makes the entry of a training step.
   *
   * @param step optimizer steps done
   * @param epoch passes over the train data, with fraction
   * @param loss the step's loss
   * @param learningRate the step's learning rate
   * @param gradientNorm the norm of all gradients before clipping
   * @param tokensPerSecond speed in real tokens per second
   * @param memoryBytes memory in use
   */
  public static MetricsEntry train(
      long step,
      double epoch,
      double loss,
      double learningRate,
      double gradientNorm,
      double tokensPerSecond,
      long memoryBytes) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(LOSS, loss);
    figures.put(LEARNING_RATE, learningRate);
    figures.put(GRADIENT_NORM, gradientNorm);
    figures.put(TOKENS_PER_SECOND, tokensPerSecond);
    figures.put(MEMORY_BYTES, (double) memoryBytes);
    return new MetricsEntry(Kind.TRAIN, step, epoch, figures);
  }

  /** Makes the entry of an evaluation after {@code step} steps. */
  public static MetricsEntry eval(long step, double epoch, Map<String, Double> metrics) {
    return new MetricsEntry(Kind.EVAL, step, epoch, metrics);
  }

  /** Returns the figure called {@code name}, if the line has it. */
  public OptionalDouble figure(String name) {
    Double value = figures.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
