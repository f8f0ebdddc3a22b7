package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.GradientRecord;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import java.util.concurrent.atomic.AtomicLong;

/** A recorded call: turns the gradient of its output into gradients of its inputs. */
abstract class Node {

  private static final AtomicLong CLOCK = new AtomicLong();

  /** Later calls have larger numbers; backward visits the largest first. */
  final long sequence = CLOCK.incrementAndGet();

  final String op;

  /** Where each input came from; null if no gradient flows there. */
  final GradientRecord[] edges;

  final Shape[] inputShapes;
  final DType[] inputDTypes;

  /** Stands for the node's output where one object per node is needed. */
  final GradientRecord self = new Produced(this, 0);

  /** Whether the rule of this call is recorded while it runs. */
  boolean recorded;

  private HookList hooks;

  /** Gradient of the output collected so far during one backward pass. */
  Tensor gradient;

  /** Where the call was made; only in anomaly mode. */
  final Throwable origin = AnomalyMode.isOn() ? new Throwable("the call was recorded here") : null;

  Node(String op, Tensor[] inputs) {
    this.op = op;
    int n = inputs.length;
    edges = new GradientRecord[n];
    inputShapes = new Shape[n];
    inputDTypes = new DType[n];
    for (int i = 0; i < n; i++) {
      Tensor t = inputs[i];
      if (t != null) {
        inputShapes[i] = t.shape();
        inputDTypes[i] = t.dtype();
        edges[i] = t.requiresGrad() ? t.gradientRecord() : null;
      }
    }
  }

  /** Hooks of the first output. */
  HookList hooks() {
    if (hooks == null) {
      hooks = new HookList();
    }
    return hooks;
  }

  boolean hasHooks() {
    return hooks != null && !hooks.isEmpty();
  }

  /** Gradients of the inputs from {@link #gradient}; null where none is needed or exists. */
  abstract Tensor[] backward();

  /** Gives back what the call saved; a later backward through it fails. */
  abstract void release();

  /** Whether {@link #release} was called. */
  abstract boolean isReleased();
}
