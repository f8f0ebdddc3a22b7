package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Layout;

/**
 * An op whose result shares the memory of its only input and just reads it in another order.
 *
 * @param <A> type of the attributes
 */
public abstract class ViewOp<A> extends Op<A> {

  /** Checks the declaration, see {@link Op}. */
  protected ViewOp(OpSpec spec) {
    super(spec);
  }

  /** Layout of the result for an input layout. */
  public abstract Layout view(Layout input, A attrs);

  @Override
  public final void infer(Inference inference, A attrs) {
    inference.output(
        view(Layout.contiguous(inference.shape(0)), attrs).shape(), inference.dtype(0));
  }
}
