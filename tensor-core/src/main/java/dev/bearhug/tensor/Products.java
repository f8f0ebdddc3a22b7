package dev.bearhug.tensor;

import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AddMatmulOp;

/**
 * Matrix products with more to them than {@link Tensor#matmul}: factors and sums. {@code Tensor}
 * has the common ones; what has several options belongs here.
 */
public final class Products {

  private Products() {}

  /** {@code input + a · b} of matrices {@code [m, k] x [k, n]}; the input broadcasts. */
  public static Tensor addmm(Tensor input, Tensor a, Tensor b) {
    return Dispatcher.call(AddMatmulOp.ADDMM, AddMatmulOp.Attrs.ONES, input, a, b);
  }

  /**
   * {@code beta * input + alpha * (a · b)} of matrices {@code [m, k] x [k, n]}; the input
   * broadcasts, and its values do not count where beta is 0.
   */
  public static Tensor addmm(Tensor input, Tensor a, Tensor b, double beta, double alpha) {
    return Dispatcher.call(AddMatmulOp.ADDMM, new AddMatmulOp.Attrs(beta, alpha), input, a, b);
  }

  /**
   * {@code beta * input + alpha * (a · b)} of batches {@code [g, m, k] x [g, k, n]}; the input
   * broadcasts, and its values do not count where beta is 0.
   */
  public static Tensor baddbmm(Tensor input, Tensor a, Tensor b, double beta, double alpha) {
    return Dispatcher.call(AddMatmulOp.BADDBMM, new AddMatmulOp.Attrs(beta, alpha), input, a, b);
  }
}
