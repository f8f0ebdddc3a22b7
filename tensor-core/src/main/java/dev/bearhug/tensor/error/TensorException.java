package dev.bearhug.tensor.error;

/**
 * Base of the engine's exceptions: names the op or component, the rule that was broken, the actual
 * values, a likely cause and what to try. The layer path is added while the exception passes
 * through layers.
 */
public class TensorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Name of the op or component that refused. */
  public final String op;

  private String path = "";

  /**
   * An error of an op.
   *
   * @param op name of the op or component
   * @param problem the rule and the actual values
   */
  public TensorException(String op, String problem) {
    super(op + ": " + problem);
    this.op = op;
  }

  /** An error of an op with its cause. */
  public TensorException(String op, String problem, Throwable cause) {
    super(op + ": " + problem, cause);
    this.op = op;
  }

  /** Prepends a layer name to the path that the message ends with; called by layers only. */
  public void enclose(String layer) {
    if (!layer.isEmpty()) {
      path = path.isEmpty() ? layer : layer + "." + path;
    }
  }

  /** Path of the layer in which the error happened, empty outside of layers. */
  public String layerPath() {
    return path;
  }

  @Override
  public String getMessage() {
    return path.isEmpty() ? super.getMessage() : super.getMessage() + "\n  in " + path;
  }
}
