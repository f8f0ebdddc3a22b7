package dev.bearhug.tensor.error;

/** Sizes or axes that do not fit. */
public class ShapeException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public ShapeException(String op, String problem) {
    super(op, problem);
  }
}
