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

  /** Calls that make an input once more instead of its being saved; null if there are none. */
  private OpNode<?>[] makers;

  /** The output made once more, for the calls that read it. */
  private Tensor again;

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
        OpNode<?> maker = inputs[i] == given[i] ? maker(inputs[i]) : null;
        if (maker != null) {
          makers = makers == null ? new OpNode<?>[inputs.length] : makers;
          makers[i] = maker;
        } else if (inputs[i] != null) {
          savedInputs[i] = inputs[i].detach();
        }
      }
      for (String name : spec.savedOutputs()) {
        int i = spec.outputIndex(name);
        savedOutputs[i] = outputs[i].detach();
      }
    }
  }

  /** The call that can make an input once more, if that is wanted and there is one. */
  private static OpNode<?> maker(Tensor input) {
    return MemoryBoundOps.areRecomputed()
            && input != null
            && input.gradientRecord() instanceof Produced p
            && p.output() == 0
            && p.node() instanceof OpNode<?> maker
            && maker.definition.isRecomputable()
            && maker.makers == null
        ? maker
        : null;
  }

  /** Output 0, made once more; lives until this call's own turn in the backward pass. */
  private Tensor again() {
    if (again == null) {
      try (NoGrad ignored = NoGrad.enter();
          Scope scope = Scope.open("recompute")) {
        Tensor made = definition.recompute(new Vjp(definition.spec(), this), attrs);
        try (Scope.Detached detached = Scope.detach()) {
          again = made.detach();
        }
      }
    }
    return again;
  }

  private void forget() {
    if (again != null) {
      again.close();
      again = null;
    }
  }

  @Override
  Tensor[] backward() {
    forget();
    if (definition.gradientKind() != Op.GradientKind.OWN) {
      throw new NonDifferentiableException(op, definition.spec().notDifferentiable());
    }
    return definition.vjp(new Vjp(definition.spec(), this), attrs);
  }

  @Override
  void release() {
    if (savedInputs != null) {
      forget();
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
    Tensor saved = makers != null && makers[i] != null ? makers[i].again() : savedInputs[i];
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
