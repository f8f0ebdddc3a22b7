package dev.bearhug.tensor;

/**
 * What an autograd implementation hangs on a tensor: its place in the recorded graph. The engine
 * only asks whether there is one.
 */
public interface GradientRecord {

  /** Whether gradients flow through the tensor. */
  boolean requiresGrad();
}
