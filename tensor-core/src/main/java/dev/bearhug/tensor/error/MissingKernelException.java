package dev.bearhug.tensor.error;

/** An op without kernel and without definition by other ops on a backend. */
public class MissingKernelException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public MissingKernelException(String op, String problem) {
    super(op, problem);
  }
}
