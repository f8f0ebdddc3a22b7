package dev.bearhug.autograd;

import dev.bearhug.tensor.op.Dispatcher;

/**
 * While open, calls of this thread that are recorded are recorded piece by piece, as the ops their
 * definitions consist of: slower and with more memory, but every piece has derivatives of any
 * order.
 *
 * <p>Needed for second derivatives of ops whose gradient reads a by-product, such as the mean of a
 * layer normalisation; {@link Autograd#differentiableGradients} names them.
 *
 * <pre>{@code
 * Tensor y;
 * try (ByDefinition ignored = ByDefinition.enter()) {
 *   y = x.layerNorm(weight, bias, 1e-5).square().sum();
 * }
 * Tensor[] g = Autograd.differentiableGradients(y, Tensor.ones(), x);
 * }</pre>
 */
public final class ByDefinition implements AutoCloseable {

  private final boolean before;
  private boolean closed;

  private ByDefinition() {
    before = Dispatcher.setByDefinition(true);
  }

  /** Records definitions on this thread until the result is closed; nests. */
  public static ByDefinition enter() {
    return new ByDefinition();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Dispatcher.setByDefinition(before);
    }
  }
}
