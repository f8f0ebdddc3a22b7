package dev.bearhug.autograd;

import dev.bearhug.tensor.op.Dispatcher;

/**
 * While open, nothing is recorded on this thread: for evaluation and for optimizers. Nests.
 *
 * <pre>{@code
 * try (NoGrad ignored = NoGrad.enter()) {
 *   logits = model.forward(batch);
 * }
 * }</pre>
 */
public final class NoGrad implements AutoCloseable {

  private boolean closed;

  private NoGrad() {
    Dispatcher.suspend();
  }

  /** Stops recording on this thread until the result is closed. */
  public static NoGrad enter() {
    return new NoGrad();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Dispatcher.resume();
    }
  }
}
