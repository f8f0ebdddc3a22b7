package dev.bearhug.tensor.error;

/** Use of a tensor whose memory was given back. */
public class ReleasedTensorException extends TensorException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public ReleasedTensorException(String op, String problem) {
    super(op, problem);
  }
}
