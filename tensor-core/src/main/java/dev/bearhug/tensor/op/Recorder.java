package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Tensor;

/** Records calls for gradients; installed once by the autograd module. */
public interface Recorder {

  /** Whether a call with these inputs has to be recorded on this thread. */
  boolean wants(Tensor[] inputs);

  /** Records a computed call. Called only if {@link #wants} was true. */
  void record(Op<?> op, Object attrs, Tensor[] inputs, Tensor[] outputs);
}
