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
 */
public record SampleInput(Shape shape, DType dtype, double[] values, boolean differentiable) {}
