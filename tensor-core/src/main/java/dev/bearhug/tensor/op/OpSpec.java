package dev.bearhug.tensor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Names and properties of an op, built fluently in the op's constructor:
 *
 * <pre>{@code
 * OpSpec.named("layer_norm").inputs("x", "weight", "bias").outputs("y", "mean", "rstd")
 *     .savesInputs("x", "weight").savesOutputs("mean", "rstd")
 * }</pre>
 */
public final class OpSpec {

  private final String name;
  private String[] inputs = {};
  private int required = -1;
  private String[] outputs = {"y"};
  private String[] savedInputs = {};
  private String[] savedOutputs = {};
  private String[] mutated = {};
  private int key;
  private String notDifferentiable;
  private boolean variadic;
  private double tolerance = 1e-5;
  private CastPolicy castPolicy = CastPolicy.PROMOTE;
  private String[] cast;

  private OpSpec(String name) {
    this.name = name;
  }

  /** Starts the declaration of an op; the name is lower case with underscores. */
  public static OpSpec named(String name) {
    return new OpSpec(name);
  }

  /** Names of the tensor inputs, in order. */
  public OpSpec inputs(String... names) {
    this.inputs = names;
    return this;
  }

  /** Names of inputs that may be absent; they come after the required ones. */
  public OpSpec optional(String... names) {
    required = inputs.length;
    inputs = concat(inputs, names);
    return this;
  }

  /** The one declared input may be given any number of times (concatenation). */
  public OpSpec variadic() {
    this.variadic = true;
    return this;
  }

  /** Names of the outputs, in order; by default one, {@code y}. */
  public OpSpec outputs(String... names) {
    this.outputs = names;
    return this;
  }

  /** The op has no outputs; it only changes inputs. */
  public OpSpec noOutputs() {
    this.outputs = new String[0];
    return this;
  }

  /** Inputs the gradient reads; all others are not kept alive. */
  public OpSpec savesInputs(String... names) {
    this.savedInputs = names;
    return this;
  }

  /** Outputs the gradient reads. */
  public OpSpec savesOutputs(String... names) {
    this.savedOutputs = names;
    return this;
  }

  /** Inputs that are changed in place; such an op is refused while gradients are recorded. */
  public OpSpec mutates(String... names) {
    this.mutated = names;
    return this;
  }

  /** The input whose element type selects the kernel, by default the first. */
  public OpSpec key(String input) {
    this.key = index(inputs, input);
    return this;
  }

  /** The op has no gradient; backward through it fails and gives the reason. */
  public OpSpec notDifferentiable(String reason) {
    this.notDifferentiable = reason;
    return this;
  }

  /**
   * Relative tolerance of single-precision kernels against the definition in double; the op's
   * Javadoc gives the reason.
   */
  public OpSpec tolerance(double relative) {
    this.tolerance = relative;
    return this;
  }

  /**
   * What mixed precision does to the inputs, {@link CastPolicy#PROMOTE} by default.
   *
   * @param names the inputs it applies to, by default all of floating type; others stay
   */
  public OpSpec casts(CastPolicy policy, String... names) {
    this.castPolicy = policy;
    this.cast = names.length == 0 ? null : names;
    return this;
  }

  /** Name of the op. */
  public String name() {
    return name;
  }

  /** Names of the inputs. */
  public List<String> inputs() {
    return List.of(inputs);
  }

  /** Names of the outputs. */
  public List<String> outputs() {
    return List.of(outputs);
  }

  /** Number of inputs, optional ones included. */
  public int inputCount() {
    return inputs.length;
  }

  /** Number of inputs that must be present. */
  public int requiredInputs() {
    return required < 0 ? inputs.length : required;
  }

  /** Whether the number of inputs is free. */
  public boolean isVariadic() {
    return variadic;
  }

  /** Inputs the gradient reads. */
  public List<String> savedInputs() {
    return List.of(savedInputs);
  }

  /** Outputs the gradient reads. */
  public List<String> savedOutputs() {
    return List.of(savedOutputs);
  }

  /** Inputs changed in place. */
  public List<String> mutated() {
    return List.of(mutated);
  }

  /** Whether the op changes inputs. */
  public boolean mutates() {
    return mutated.length > 0;
  }

  /** Whether input number {@code i} is changed; of a variadic op all are or none. */
  public boolean mutates(int i) {
    return mutates() && (variadic || mutated().contains(inputs[i]));
  }

  /** Position of the input whose element type selects the kernel. */
  public int key() {
    return key;
  }

  /** Why there is no gradient, or null if there is one. */
  public String notDifferentiable() {
    return notDifferentiable;
  }

  /** Relative tolerance of single-precision kernels. */
  public double tolerance() {
    return tolerance;
  }

  /** What mixed precision does to the inputs; ops that change inputs in place keep them. */
  public CastPolicy castPolicy() {
    return mutates() ? CastPolicy.KEEP : castPolicy;
  }

  /** Whether {@link #castPolicy} applies to input number {@code i}. */
  public boolean casts(int i) {
    return cast == null || variadic || List.of(cast).contains(inputs[i]);
  }

  /** Position of an input. */
  public int inputIndex(String input) {
    return index(inputs, input);
  }

  /** Position of an output. */
  public int outputIndex(String output) {
    return index(outputs, output);
  }

  private int index(String[] names, String wanted) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(wanted)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "op " + name + ": there is no \"" + wanted + "\" among " + Arrays.toString(names) + ".");
  }

  private static String[] concat(String[] a, String[] b) {
    List<String> all = new ArrayList<>(List.of(a));
    all.addAll(List.of(b));
    return all.toArray(new String[0]);
  }

  /** Human-readable signature, such as {@code layer_norm(x, weight, bias) -> y, mean, rstd}. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder(name).append('(');
    for (int i = 0; i < inputs.length; i++) {
      s.append(i > 0 ? ", " : "").append(inputs[i]).append(i >= requiredInputs() ? "?" : "");
    }
    return s.append(variadic ? "..." : "")
        .append(") -> ")
        .append(String.join(", ", outputs))
        .toString();
  }
}
