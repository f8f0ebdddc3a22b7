package dev.bearhug.autograd;

import dev.bearhug.tensor.GradientRecord;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;

/** A tensor that collects its gradient: a parameter. */
final class Leaf implements GradientRecord {

  private final String description;
  private final HookList hooks = new HookList();
  private Tensor grad;

  Leaf(Tensor tensor) {
    this.description = tensor.describe();
  }

  @Override
  public boolean requiresGrad() {
    return true;
  }

  Tensor grad() {
    return grad;
  }

  HookList hooks() {
    return hooks;
  }

  /** Calls the hooks with what was collected. */
  void callHooks() {
    if (grad == null) {
      return;
    }
    Tensor replaced = hooks.apply(grad);
    if (replaced != grad) {
      Tensor copy;
      try (Scope.Detached ignored = Scope.detach()) {
        copy = replaced.copy();
      }
      grad.close();
      grad = copy;
    }
  }

  /** Adds a gradient; the first one is taken over if nobody else uses its memory, else copied. */
  void accumulate(Tensor g) {
    if (grad != null) {
      Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, grad, g);
      return;
    }
    try (Scope.Detached ignored = Scope.detach()) {
      grad = g.storage().isExclusive() && g.layout().isContiguous() ? g.view(g.layout()) : g.copy();
    }
  }

  void clear() {
    if (grad != null) {
      grad.close();
      grad = null;
    }
  }

  @Override
  public String toString() {
    return "leaf " + description;
  }
}
