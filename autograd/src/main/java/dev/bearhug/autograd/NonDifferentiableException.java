package dev.bearhug.autograd;

import dev.bearhug.tensor.error.TensorException;

/** Backward reached an op without gradient. */
public final class NonDifferentiableException extends TensorException {

  private static final long serialVersionUID = 1L;

  NonDifferentiableException(String op, String reason) {
    super(op, "has no gradient: " + reason + ". Use detach() on its input if that is intended.");
  }
}
