package dev.bearhug.nn;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** First values of a parameter. */
@FunctionalInterface
public interface Initializer {

  /** Makes the values in single precision on the CPU. */
  Tensor create(Shape shape, RandomSource random);

  /** Normal distribution with mean 0. */
  static Initializer normal(double std) {
    return (shape, random) -> RandomTensors.normal(shape, 0, std, random);
  }

  /** Uniform distribution over {@code [-bound, bound)}. */
  static Initializer uniform(double bound) {
    return (shape, random) -> RandomTensors.uniform(shape, -bound, bound, random);
  }

  /** One value everywhere. */
  static Initializer constant(double value) {
    return (shape, random) -> Tensor.full(shape, value, DType.F32, Device.CPU);
  }
}
