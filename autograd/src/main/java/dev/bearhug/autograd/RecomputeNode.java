package dev.bearhug.autograd;

import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.InputRewriter;

/**
 * Node of a checkpointed block: runs it again with recording and walks the piece of graph that
 * gives.
 */
final class RecomputeNode extends Node {

  private final Checkpointing.Block block;
  private final RandomSource.State random;
  private final InputRewriter rewriter = Dispatcher.rewriter();
  private Tensor[] inputs;

  RecomputeNode(Checkpointing.Block block, Tensor[] inputs, RandomSource.State random) {
    super("checkpointed block", inputs);
    this.block = block;
    this.random = random;
    this.inputs = new Tensor[inputs.length];
    try (Scope.Detached ignored = Scope.detach()) {
      for (int i = 0; i < inputs.length; i++) {
        this.inputs[i] = inputs[i] == null ? null : inputs[i].detach();
      }
    }
  }

  @Override
  Tensor[] backward() {
    if (recorded) {
      throw new NonDifferentiableException(
          op, "its second run is not recorded, so there are no second derivatives");
    }
    Tensor[] leaves = new Tensor[inputs.length];
    RandomSource source = RandomSource.current();
    RandomSource.State now = source.state();
    int suspended = Dispatcher.forceRecording();
    try {
      for (int i = 0; i < leaves.length; i++) {
        leaves[i] = inputs[i] == null ? null : inputs[i].detach();
        if (edges[i] != null) {
          Autograd.requireGrad(leaves[i]);
        }
      }
      source.restore(random);
      Tensor output;
      try (Autocast same = Autocast.resume(rewriter)) {
        output = block.apply(leaves);
      }
      source.restore(now);
      if (output.requiresGrad()) {
        new BackwardEngine(false).run(output, gradient);
      }
      Tensor[] grads = new Tensor[leaves.length];
      for (int i = 0; i < leaves.length; i++) {
        Tensor g = edges[i] == null ? null : Autograd.grad(leaves[i]);
        grads[i] = g == null ? null : g.detach();
      }
      return grads;
    } finally {
      Dispatcher.restore(suspended);
      source.restore(now);
      for (Tensor leaf : leaves) {
        if (leaf != null) {
          Autograd.zeroGrad(leaf);
        }
      }
    }
  }

  @Override
  void release() {
    if (inputs != null) {
      for (Tensor t : inputs) {
        if (t != null) {
          t.close();
        }
      }
      inputs = null;
    }
  }

  @Override
  boolean isReleased() {
    return inputs == null;
  }
}
