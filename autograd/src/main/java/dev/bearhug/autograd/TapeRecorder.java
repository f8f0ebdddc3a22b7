package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.Recorder;

/** Records the calls whose inputs require gradients. */
final class TapeRecorder implements Recorder {

  @Override
  public boolean wants(Tensor[] inputs) {
    for (Tensor t : inputs) {
      if (t != null && t.requiresGrad()) {
        return true;
      }
    }
    return false;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void record(Op<?> op, Object attrs, Tensor[] given, Tensor[] inputs, Tensor[] outputs) {
    boolean floating = false;
    for (Tensor t : outputs) {
      floating |= t.dtype().isFloating();
    }
    if (!floating) {
      return;
    }
    Node node = new OpNode<>((Op<Object>) op, attrs, given, inputs, outputs);
    Tape.add(node);
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i].dtype().isFloating()) {
        outputs[i].setGradientRecord(i == 0 ? node.self : new Produced(node, i));
      }
    }
  }
}
