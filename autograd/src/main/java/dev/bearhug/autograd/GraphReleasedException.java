package dev.bearhug.autograd;

import dev.bearhug.tensor.error.TensorException;

/** Backward reached a call whose saved tensors were given back. */
public final class GraphReleasedException extends TensorException {

  private static final long serialVersionUID = 1L;

  GraphReleasedException(String op) {
    super(
        op,
        "its saved tensors were already released, by an earlier backward pass or by the end of the scope"
            + " it ran in.\n  Use backwardKeepingGraph for all but the last pass, or keep the loss"
            + " alive with scope.keep(loss).");
  }
}
