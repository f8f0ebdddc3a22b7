package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.UnaryOp.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The rows of one table of element-wise ops, in their order. */
final class ElementwiseRows {

  private final List<Op<?>> rows = new ArrayList<>();

  /**
   * Adds a function of one variable and its gradient.
   *
   * @param name of the op
   * @param f the function
   * @param saved what the derivative is a function of
   * @param derivative the derivative as a function of input or output
   * @param gradient the gradient by ordinary ops, from the gradient of the output and what was
   *     saved
   * @param low lower end of the interval of samples
   * @param high upper end of the interval of samples
   */
  UnaryOp unary(
      String name,
      DoubleUnaryOperator f,
      Saved saved,
      DoubleUnaryOperator derivative,
      BinaryOperator<Tensor> gradient,
      double low,
      double high) {
    UnaryOp op = add(new UnaryOp(name, f, saved, derivative, gradient, low, high));
    add(op.grad());
    return op;
  }

  /** Adds a step function: its derivative is zero wherever it has one. */
  UnaryOp step(String name, DoubleUnaryOperator f) {
    return unary(name, f, Saved.X, x -> 0, (g, x) -> g.mul(0), -3.3, 3.7);
  }

  /** Adds any op. */
  <T extends Op<?>> T add(T op) {
    rows.add(op);
    return op;
  }

  /** Adds a function with a parameter and its gradient. */
  <A> ParametricOp<A> parametric(ParametricOp<A> op) {
    add(op);
    add(op.grad());
    return op;
  }

  /** All rows, gradients included. */
  List<Op<?>> all() {
    return List.copyOf(rows);
  }

  /** {@code g} where the saved value is in the open interval, else zero. */
  static Tensor inside(Tensor g, Tensor x, double low, double high) {
    Tensor zero = number(g, 0);
    return Tensor.where(x.gt(number(x, low)), Tensor.where(x.lt(number(x, high)), g, zero), zero);
  }

  /** A number of the type and device of a tensor. */
  static Tensor number(Tensor like, double value) {
    return Tensor.scalar(value, like.dtype(), like.device());
  }
}
