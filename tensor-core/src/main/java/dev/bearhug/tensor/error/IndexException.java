package dev.bearhug.tensor.error;

/** An index or label outside its range. */
public class IndexException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public IndexException(String op, String problem) {
    super(op, problem);
  }
}
