package dev.bearhug.nn.train;

/**
 * The loss or the gradients are not finite; training has stopped with the weights of the step
 * before.
 */
public final class NonFiniteLossException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Number of the optimizer step, from 1. */
  public final long step;

  /** Number of the epoch, from 0. */
  public final long epoch;

  /** Number of the batch in the epoch, from 0. */
  public final long batch;

  /** First op whose result or gradient was not finite; empty if none was. */
  public final String op;

  /** Creates the exception with its whole message. */
  NonFiniteLossException(
      long step, long epoch, long batch, String op, String message, Throwable cause) {
    super(message, cause);
    this.step = step;
    this.epoch = epoch;
    this.batch = batch;
    this.op = op;
  }
}
