package dev.bearhug.tasks.progress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Figures shown beside the progress of training; a figure that is not known is {@link Double#NaN},
 * an unknown memory size is negative, and both are left out.
 *
 * @param epoch passes over the train data so far, with fraction
 * @param loss loss of the latest step or mean of the latest steps
 * @param learningRate learning rate of the latest step
 * @param tokensPerSecond real tokens, without padding, per second
 * @param memoryBytes memory in use
 */
public record ProgressFigures(
    double epoch, double loss, double learningRate, double tokensPerSecond, long memoryBytes) {

  /** Figures of which none is known, for work that has steps only. */
  public static final ProgressFigures NONE =
      new ProgressFigures(Double.NaN, Double.NaN, Double.NaN, Double.NaN, -1);

  /** Writes the known figures in one line, for example {@code loss 0.412, lr 2e-5, 3.1k tok/s}. */
  public String text() {
    return String.join(", ", parts());
  }

  /** Returns the known figures with the most wanted first. */
  List<String> parts() {
    List<String> parts = new ArrayList<>();
    if (!Double.isNaN(loss)) {
      parts.add(String.format(Locale.ROOT, "loss %.4f", loss));
    }
    if (!Double.isNaN(learningRate)) {
      parts.add("lr " + Units.scientific(learningRate));
    }
    if (!Double.isNaN(tokensPerSecond)) {
      parts.add(Units.count(tokensPerSecond) + " tok/s");
    }
    if (memoryBytes >= 0) {
      parts.add(Units.bytes(memoryBytes));
    }
    if (!Double.isNaN(epoch)) {
      parts.add(String.format(Locale.ROOT, "epoch %.2f", epoch));
    }
    return parts;
  }
}
