package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;

/**
 * Sees the gradient of a tensor during a backward pass and may replace it; see {@link
 * Autograd#addGradHook}.
 */
@FunctionalInterface
public interface GradHook {

  /**
   * Called with the whole gradient of the tensor.
   *
   * @param gradient must not be changed; it is released after the call unless it is copied
   * @return what takes its place, of the same shape and type, or null to leave it
   */
  Tensor apply(Tensor gradient);

  /** A hook in its place; closing takes it away and is harmless if repeated. */
  interface Handle extends AutoCloseable {
    @Override
    void close();
  }
}
