package dev.bearhug.nn;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.autograd.GradHook;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;

/**
 * A trained tensor of a layer: its value, whether it is trained, and its gradient. Lives outside of
 * scopes and is closed with the model.
 */
public final class Parameter implements StateTensor, AutoCloseable {

  private final String path;
  private final Tensor tensor;
  private boolean trainable = true;

  /**
   * A trainable parameter.
   *
   * @param path full name in the model, such as {@code encoder.layer.0.output.dense.weight}
   * @param tensor its value, created outside of scopes; owned by this parameter from now on
   */
  public Parameter(String path, Tensor tensor) {
    if (tensor.scope() != null) {
      throw new IllegalArgumentException(
          "parameter "
              + path
              + ": its tensor belongs to scope \""
              + tensor.scope().name()
              + "\" and would be released with it. Create it inside Scope.detach().");
    }
    this.path = path;
    this.tensor = Autograd.requireGrad(tensor);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Tensor tensor() {
    return tensor;
  }

  /** Whether it collects gradients and is updated. */
  public boolean isTrainable() {
    return trainable;
  }

  /** Freezes or unfreezes; freezing drops the gradient. */
  public void setTrainable(boolean train) {
    trainable = train;
    if (train) {
      Autograd.requireGrad(tensor);
    } else {
      Autograd.freeze(tensor);
    }
  }

  /** The gradient collected since {@link #zeroGrad}, or null. */
  public Tensor grad() {
    return Autograd.grad(tensor);
  }

  /**
   * Adds a hook that sees, and may replace, the gradient at the end of each backward pass, see
   * {@link Autograd#addGradHook}; freezing drops it.
   *
   * @return closing it removes the hook
   */
  public GradHook.Handle addGradHook(GradHook hook) {
    return Autograd.addGradHook(tensor, hook);
  }

  /** Drops the gradient. */
  public void zeroGrad() {
    Autograd.zeroGrad(tensor);
  }

  /**
   * Overwrites the value.
   *
   * @throws ShapeException if shape or type differ
   */
  public void assign(Tensor value) {
    tensor.assign(value);
  }

  /** Number of elements. */
  public long numel() {
    return tensor.numel();
  }

  @Override
  public void close() {
    zeroGrad();
    tensor.close();
  }

  @Override
  public String toString() {
    return path + " " + tensor.describe() + (trainable ? "" : " (frozen)");
  }
}
