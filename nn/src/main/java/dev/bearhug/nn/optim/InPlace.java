package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;

/** What update rules do to weights and state; to be called while nothing is recorded. */
final class InPlace {

  private InPlace() {}

  /** Adds {@code factor * source} to a target of the same shape and type. */
  static void add(Tensor target, double factor, Tensor source) {
    Dispatcher.apply(AccumulateOp.INSTANCE, factor, target, source);
  }

  /** Moves a mean on: {@code mean = decay * mean + (1 - decay) * value}. */
  static void average(Tensor mean, double decay, Tensor value) {
    Tensor next = mean.mul(decay);
    add(next, 1 - decay, value);
    mean.assign(next);
  }

  /** Multiplies a tensor by {@code 1 - rate * decay}: decoupled weight decay. */
  static void shrink(Tensor weights, double rate, double decay) {
    if (decay != 0) {
      add(weights, -rate * decay, weights);
    }
  }
}
