package dev.bearhug.tensor.error;

/** Tensor memory is exhausted; the text lists the largest owners. */
public class OutOfMemoryException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public OutOfMemoryException(String op, String problem) {
    super(op, problem);
  }
}
