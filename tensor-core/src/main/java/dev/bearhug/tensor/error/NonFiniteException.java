package dev.bearhug.tensor.error;

/** A value that is not a number or infinite where anomaly detection is on. */
public class NonFiniteException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public NonFiniteException(String op, String problem) {
    super(op, problem);
  }
}
