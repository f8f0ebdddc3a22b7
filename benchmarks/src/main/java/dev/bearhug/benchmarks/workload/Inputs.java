package dev.bearhug.benchmarks.workload;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.SplittableRandom;

/** Makes tensors of random values that outlive scopes; the same seed gives the same values. */
public final class Inputs {

  private final RandomSource source;
  private final SplittableRandom integers;

  /** Starts the sequence of a seed. */
  public Inputs(long seed) {
    source = new RandomSource(seed);
    integers = new SplittableRandom(seed);
  }

  /** Normally distributed single-precision values with mean 0 on the CPU. */
  public Tensor normal(double std, long... shape) {
    try (Scope.Detached ignored = Scope.detach()) {
      return RandomTensors.normal(Shape.of(shape), 0, std, source);
    }
  }

  /** As {@link #normal(double, long...)}, converted to another type. */
  public Tensor normal(DType dtype, double std, long... shape) {
    Tensor values = normal(std, shape);
    if (dtype == DType.F32) {
      return values;
    }
    try (Scope.Detached ignored = Scope.detach()) {
      return values.to(dtype);
    } finally {
      values.close();
    }
  }

  /** Single-precision tensor of one value on the CPU. */
  public Tensor constant(double value, long... shape) {
    try (Scope.Detached ignored = Scope.detach()) {
      return Tensor.full(Shape.of(shape), value, DType.F32, Device.CPU);
    }
  }

  /** Whole numbers from 0 to below {@code bound}, type I64. */
  public Tensor indices(long bound, long... shape) {
    long[] values = new long[Math.toIntExact(Shape.of(shape).numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = integers.nextLong(bound);
    }
    try (Scope.Detached ignored = Scope.detach()) {
      return Tensor.of(values, shape);
    }
  }
}
