package dev.bearhug.nn;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** Stored weights by parameter path. */
@FunctionalInterface
public interface WeightSource {

  /**
   * The stored value of a parameter, in single precision on the CPU.
   *
   * @param path full path in the model
   * @param shape the shape the model needs
   * @return null if there is none or its shape differs; the source keeps account of both
   */
  Tensor find(String path, Shape shape);

  /** A source without weights. */
  static WeightSource none() {
    return (path, shape) -> null;
  }
}
