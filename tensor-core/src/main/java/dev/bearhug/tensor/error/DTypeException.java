package dev.bearhug.tensor.error;

/** An element type that an op does not take. */
public class DTypeException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public DTypeException(String op, String problem) {
    super(op, problem);
  }
}
