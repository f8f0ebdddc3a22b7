package dev.bearhug.nn.optim;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/**
 * A tensor that an optimizer keeps for a parameter, as it is declared.
 *
 * @param name lower-case name, part of the state's file
 * @param shape its shape
 * @param dtype its element type
 * @param initial value of all elements before the first update
 */
public record StateSlot(String name, Shape shape, DType dtype, double initial) {

  /** Returns a slot of zeros with the shape and type of a parameter. */
  public static StateSlot like(Tensor parameter, String name) {
    return like(parameter, name, 0);
  }

  /** Returns a slot with the shape and type of a parameter. */
  public static StateSlot like(Tensor parameter, String name, double initial) {
    return new StateSlot(name, parameter.shape(), parameter.dtype(), initial);
  }

  /** Returns a slot for one number in double precision. */
  public static StateSlot number(String name, double initial) {
    return new StateSlot(name, Shape.of(1), DType.F64, initial);
  }
}
