package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;

/**
 * One input of a sample, as host values.
 *
 * @param shape its shape
 * @param dtype {@code F64} stands for whatever floating type is under test; other types are taken
 *     literally
 * @param values row-major values
 * @param differentiable whether its gradient is checked
 * @param fixed whether the values obey a rule (ascending offsets), so that tests must not repeat
 *     rows of them
 */
public record SampleInput(
    Shape shape, DType dtype, double[] values, boolean differentiable, boolean fixed) {

  /** An input of any values. */
  public SampleInput(Shape shape, DType dtype, double[] values, boolean differentiable) {
    this(shape, dtype, values, differentiable, false);
  }

  /** The same input with other values. */
  public SampleInput with(double[] newValues) {
    return new SampleInput(shape, dtype, newValues, differentiable, fixed);
  }
}
