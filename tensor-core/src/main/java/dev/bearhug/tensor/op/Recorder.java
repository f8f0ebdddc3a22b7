package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Tensor;

/** Records calls for gradients; installed once by the autograd module. */
public interface Recorder {

  /** Whether a call with these inputs has to be recorded on this thread. */
  boolean wants(Tensor[] inputs);

  /**
   * Records a computed call. Called only if {@link #wants} was true.
   *
   * @param given the inputs as the caller gave them: where gradients go
   * @param inputs the inputs the op ran on: what the gradient rule reads; they differ from {@code
   *     given} where an {@link InputRewriter} changed them
   */
  void record(Op<?> op, Object attrs, Tensor[] given, Tensor[] inputs, Tensor[] outputs);
}
