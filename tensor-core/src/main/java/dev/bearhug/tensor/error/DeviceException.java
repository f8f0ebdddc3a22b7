package dev.bearhug.tensor.error;

/** Tensors of different devices, or a device that is not available. */
public class DeviceException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public DeviceException(String op, String problem) {
    super(op, problem);
  }
}
