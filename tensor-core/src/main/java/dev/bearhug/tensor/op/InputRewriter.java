package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Tensor;

/**
 * Changes the inputs of the ops of a thread before they run: mixed precision. Gradients go to the
 * inputs as they were given.
 */
public interface InputRewriter {

  /**
   * The inputs the op is to run on.
   *
   * @param op the op
   * @param inputs as the caller gave them, absent ones null; not to be changed
   * @return {@code inputs} itself if nothing changes, else a new array; tensors in it that differ
   *     are handles of their own, which the dispatcher closes after the call
   */
  Tensor[] rewrite(Op<?> op, Tensor[] inputs);
}
