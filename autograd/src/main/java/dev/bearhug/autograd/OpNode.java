package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.GradientRecord;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Vjp;

/** Node of an ordinary op. */
final class OpNode<A> extends Node implements Vjp.Record {

  private final Op<A> definition;
  private final A attrs;
  private Tensor[] savedInputs;
  private Tensor[] savedOutputs;

  /**
   * A node of a call.
   *
   * @param given inputs as the caller gave them: where gradients go
   * @param inputs inputs the op ran on: what is saved
   */
  OpNode(Op<A> definition, A attrs, Tensor[] given, Tensor[] inputs, Tensor[] outputs) {
    super(definition.name(), given);
    this.definition = definition;
    this.attrs = attrs;
    OpSpec spec = definition.spec();
    savedInputs = new Tensor[inputs.length];
    savedOutputs = new Tensor[outputs.length];
    // Handles of their own keep the memory when the scope of the originals closes.
    try (Scope.Detached ignored = Scope.detach()) {
      for (String name : spec.savedInputs()) {
        int i = spec.inputIndex(name);
        if (inputs[i] != null) {
          savedInputs[i] = inputs[i].detach();
        }
      }
      for (String name : spec.savedOutputs()) {
        int i = spec.outputIndex(name);
        savedOutputs[i] = outputs[i].detach();
      }
    }
  }

  @Override
  Tensor[] backward() {
    if (definition.gradientKind() != Op.GradientKind.OWN) {
      throw new NonDifferentiableException(op, definition.spec().notDifferentiable());
    }
    return definition.vjp(new Vjp(definition.spec(), this), attrs);
  }

  @Override
  void release() {
    if (savedInputs != null) {
      close(savedInputs);
      close(savedOutputs);
      savedInputs = null;
      savedOutputs = null;
    }
  }

  private static void close(Tensor[] tensors) {
    for (Tensor t : tensors) {
      if (t != null) {
        t.close();
      }
    }
  }

  @Override
  boolean isReleased() {
    return savedInputs == null;
  }

  @Override
  public Tensor grad(int i) {
    return i == 0 ? gradient : null;
  }

  @Override
  public Tensor input(int i) {
    Tensor saved = savedInputs[i];
    if (!recorded || saved == null || edges[i] == null) {
      return saved;
    }
    if (saved.dtype() != inputDTypes[i]) {
      throw new NonDifferentiableException(
          op, "its inputs were lowered by Autocast, through which second derivatives do not go");
    }
    return linked(saved, edges[i]);
  }

  @Override
  public Tensor output(int i) {
    Tensor saved = savedOutputs[i];
    return recorded && saved != null && saved.dtype().isFloating()
        ? linked(saved, i == 0 ? self : new Produced(this, i))
        : saved;
  }

  /** A handle on what was saved that gradients of the gradient go through. */
  private static Tensor linked(Tensor saved, GradientRecord record) {
    Tensor handle = saved.detach();
    handle.setGradientRecord(record);
    return handle;
  }

  @Override
  public boolean needs(int i) {
    return edges[i] != null;
  }

  @Override
  public Shape inputShape(int i) {
    return inputShapes[i];
  }

  @Override
  public DType inputDType(int i) {
    return inputDTypes[i];
  }

  @Override
  public int inputs() {
    return edges.length;
  }
}
