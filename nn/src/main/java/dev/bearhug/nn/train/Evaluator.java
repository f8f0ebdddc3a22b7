package dev.bearhug.nn.train;

import dev.bearhug.nn.Trainable;
import java.io.IOException;
import java.util.Map;

/** Measures a model while it is trained. */
@FunctionalInterface
public interface Evaluator {

  /**
   * Measures the model.
   *
   * <p>Called on the training thread with the model in evaluation mode, without recording of
   * gradients, in a scope, and with random numbers of its own, so that training goes on as if there
   * had been no evaluation.
   *
   * @param model the model that is trained
   * @return values by name, such as {@code accuracy}; the order does not matter
   * @throws IOException if data cannot be read; training stops then
   */
  Map<String, Double> evaluate(Trainable model) throws IOException;
}
