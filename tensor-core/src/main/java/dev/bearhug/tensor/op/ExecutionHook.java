package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Tensor;

/** Sees every op of a thread: profiler, anomaly detection. The tape is a {@link Recorder}. */
public interface ExecutionHook {

  /**
   * Called after an op was computed.
   *
   * @param op the op
   * @param attrs its attributes
   * @param inputs its inputs, absent ones null
   * @param outputs its outputs
   * @param nanos duration of the call on this thread in nanoseconds
   */
  void after(Op<?> op, Object attrs, Tensor[] inputs, Tensor[] outputs, long nanos);
}
