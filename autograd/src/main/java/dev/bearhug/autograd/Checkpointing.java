package dev.bearhug.autograd;

import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;

/**
 * Trades time for memory: a block runs without recording and is run again during backward (Chen et
 * al., "Training deep nets with sublinear memory cost", 2016). Random numbers of the second run
 * equal the first.
 */
public final class Checkpointing {

  /** A block of a model as a function of its tensor inputs. */
  @FunctionalInterface
  public interface Block {

    /** Runs the block; absent inputs are null. */
    Tensor apply(Tensor[] inputs);
  }

  private Checkpointing() {}

  /**
   * Runs a block, keeping only its inputs for backward.
   *
   * @param inputs tensors the block depends on besides its parameters; absent ones null
   */
  public static Tensor run(Block block, Tensor... inputs) {
    if (!Dispatcher.isRecording()) {
      return block.apply(inputs);
    }
    RandomSource.State random = RandomSource.current().state();
    Tensor output;
    try (Scope scope = Scope.open("checkpointed block");
        NoGrad ignored = NoGrad.enter()) {
      output = scope.keep(block.apply(inputs).detach());
    }
    Node node = new RecomputeNode(block, inputs, random);
    Tape.add(node);
    output.setGradientRecord(node.self);
    return output;
  }
}
