package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/**
 * What a gradient rule may read: gradients of the outputs and the tensors its declaration saves.
 */
public final class Vjp {

  /** Access to a recorded call; implemented by the tape. */
  public interface Record {

    /** Gradient of output {@code i}, or null if nothing depends on it. */
    Tensor grad(int i);

    /** Saved input {@code i}, null if it was absent. */
    Tensor input(int i);

    /** Saved output {@code i}. */
    Tensor output(int i);

    /** Whether the gradient of input {@code i} is asked for. */
    boolean needs(int i);

    /** Shape of input {@code i}; null if it was absent. */
    Shape inputShape(int i);

    /** Type of input {@code i} as it was given, which mixed precision may have lowered; or null. */
    DType inputDType(int i);

    /** Number of inputs. */
    int inputs();
  }

  private final OpSpec spec;
  private final Record record;

  /** Wraps the record of a call of an op. */
  public Vjp(OpSpec spec, Record record) {
    this.spec = spec;
    this.record = record;
  }

  /** Gradient of an output, or null if nothing depends on it. */
  public Tensor grad(String output) {
    return record.grad(spec.outputIndex(output));
  }

  /** Gradient of the first output. */
  public Tensor grad() {
    return record.grad(0);
  }

  /** An input named in {@link OpSpec#savesInputs}; null if it is optional and was absent. */
  public Tensor input(String input) {
    if (!spec.savedInputs().contains(input)) {
      throw new IllegalStateException(
          "op "
              + spec.name()
              + ": its gradient reads input \""
              + input
              + "\" which savesInputs does not name.");
    }
    return record.input(spec.inputIndex(input));
  }

  /** An output named in {@link OpSpec#savesOutputs}. */
  public Tensor output(String output) {
    if (!spec.savedOutputs().contains(output)) {
      throw new IllegalStateException(
          "op "
              + spec.name()
              + ": its gradient reads output \""
              + output
              + "\" which savesOutputs does not name.");
    }
    return record.output(spec.outputIndex(output));
  }

  /** Whether the gradient of an input is asked for. */
  public boolean needs(String input) {
    return record.needs(spec.inputIndex(input));
  }

  /** Whether the gradient of input number {@code i} is asked for. */
  public boolean needs(int i) {
    return record.needs(i);
  }

  /** Shape of an input. */
  public Shape inputShape(String input) {
    return record.inputShape(spec.inputIndex(input));
  }

  /** Shape of input number {@code i}. */
  public Shape inputShape(int i) {
    return record.inputShape(i);
  }

  /**
   * Element type of an input as it was given: its gradient is wanted in this type. Mixed precision
   * may have lowered what {@link #input} gives.
   */
  public DType inputDType(String input) {
    return record.inputDType(spec.inputIndex(input));
  }

  /** Number of inputs of the call. */
  public int inputs() {
    return record.inputs();
  }

  /** The gradients in the order of the inputs. */
  public static Tensor[] grads(Tensor... gradients) {
    return gradients;
  }
}
