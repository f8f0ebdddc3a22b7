package dev.bearhug.nn;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;

/**
 * A tensor of a layer that is not trained but belongs to its state, such as running statistics:
 * saved and loaded like a parameter, changed by the layer itself. Lives outside of scopes and is
 * closed with the model.
 */
public final class StateBuffer implements StateTensor, AutoCloseable {

  private final String path;
  private final Tensor tensor;

  /**
   * A buffer.
   *
   * @param path full name in the model, such as {@code encoder.norm.running_mean}
   * @param tensor its value, created outside of scopes; owned by this buffer from now on
   */
  public StateBuffer(String path, Tensor tensor) {
    if (tensor.scope() != null) {
      throw new IllegalArgumentException(
          "buffer "
              + path
              + ": its tensor belongs to scope \""
              + tensor.scope().name()
              + "\" and would be released with it. Create it inside Scope.detach().");
    }
    this.path = path;
    this.tensor = tensor;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Tensor tensor() {
    return tensor;
  }

  /**
   * Overwrites the value.
   *
   * @throws ShapeException if shape or type differ
   */
  public void assign(Tensor value) {
    tensor.assign(value);
  }

  @Override
  public void close() {
    tensor.close();
  }

  @Override
  public String toString() {
    return path + " " + tensor.describe() + " (buffer)";
  }
}
