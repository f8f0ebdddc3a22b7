package dev.bearhug.tensor.backend;

import dev.bearhug.tensor.Tensor;

/**
 * Arguments of one kernel: inputs, allocated outputs and attributes, in the order of the op's
 * declaration.
 */
public final class KernelCall {

  private final Tensor[] inputs;
  private final Tensor[] outputs;
  private final Object attrs;

  /** Bundles the arguments; optional inputs that are absent are null. */
  public KernelCall(Tensor[] inputs, Tensor[] outputs, Object attrs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.attrs = attrs;
  }

  /** Input {@code i}, null if it is optional and absent. */
  public Tensor in(int i) {
    return inputs[i];
  }

  /** Number of inputs. */
  public int inputs() {
    return inputs.length;
  }

  /** Output {@code i}: contiguous, contents undefined. */
  public Tensor out(int i) {
    return outputs[i];
  }

  /** The op's attributes. */
  @SuppressWarnings("unchecked")
  public <A> A attrs() {
    return (A) attrs;
  }
}
