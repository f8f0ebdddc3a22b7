package dev.bearhug.autograd;

import dev.bearhug.tensor.GradientRecord;

/**
 * Record of a tensor that an op made.
 *
 * @param node the call
 * @param output which of its outputs; only the first takes gradients
 */
record Produced(Node node, int output) implements GradientRecord {

  @Override
  public boolean requiresGrad() {
    return true;
  }
}
