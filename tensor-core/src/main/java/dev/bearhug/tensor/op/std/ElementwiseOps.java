package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Vjp;
import dev.bearhug.tensor.op.std.UnaryOp.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The element-wise ops: one row each with name, function, derivative and the domain samples are
 * drawn from. Broadcasting, strides, all floating types, gradients and tests follow from the row.
 */
public final class ElementwiseOps {

  private static final List<Op<?>> ROWS = new ArrayList<>();

  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  /** {@code -x}. */
  public static final UnaryOp NEG = row("neg", x -> -x, Saved.X, x -> -1, -2, 2);

  /** {@code |x|}; derivative 0 at 0. */
  public static final UnaryOp ABS = row("abs", Math::abs, Saved.X, Math::signum, 0.1, 2);

  /** {@code e^x}. */
  public static final UnaryOp EXP = row("exp", Math::exp, Saved.Y, y -> y, -3, 3);

  /** Natural logarithm. */
  public static final UnaryOp LOG = row("log", Math::log, Saved.X, x -> 1 / x, 0.2, 4);

  /** Square root. */
  public static final UnaryOp SQRT = row("sqrt", Math::sqrt, Saved.Y, y -> 0.5 / y, 0.2, 4);

  /** {@code 1 / sqrt(x)}. */
  public static final UnaryOp RSQRT =
      row("rsqrt", x -> 1 / Math.sqrt(x), Saved.Y, y -> -0.5 * y * y * y, 0.2, 4);

  /** {@code x^2}. */
  public static final UnaryOp SQUARE = row("square", x -> x * x, Saved.X, x -> 2 * x, -2, 2);

  /** {@code 1 / x}. */
  public static final UnaryOp RECIPROCAL =
      row("reciprocal", x -> 1 / x, Saved.Y, y -> -y * y, 0.3, 3);

  /** Sine of radians. */
  public static final UnaryOp SIN = row("sin", Math::sin, Saved.X, Math::cos, -4, 4);

  /** Cosine of radians. */
  public static final UnaryOp COS = row("cos", Math::cos, Saved.X, x -> -Math.sin(x), -4, 4);

  /** Hyperbolic tangent. */
  public static final UnaryOp TANH = row("tanh", Math::tanh, Saved.Y, y -> 1 - y * y, -3, 3);

  /** {@code 1 / (1 + e^-x)}. */
  public static final UnaryOp SIGMOID =
      row("sigmoid", ElementwiseOps::sigmoid, Saved.Y, y -> y * (1 - y), -5, 5);

  /** {@code max(x, 0)}; derivative 0 at 0. */
  public static final UnaryOp RELU =
      row("relu", x -> x > 0 || x != x ? x : 0, Saved.Y, y -> y > 0 ? 1 : 0, 0.1, 2);

  /** Gauss error function. */
  public static final UnaryOp ERF =
      row(
          "erf",
          SpecialFunctions::erf,
          Saved.X,
          x -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x),
          -3,
          3);

  /** {@code x * Phi(x)} with the normal distribution function Phi (Hendrycks and Gimpel, 2016). */
  public static final UnaryOp GELU =
      row(
          "gelu",
          x -> x * SpecialFunctions.normalCdf(x),
          Saved.X,
          x -> SpecialFunctions.normalCdf(x) + x * SpecialFunctions.normalPdf(x),
          -4,
          4);

  /** Tanh approximation of {@link #GELU}. */
  public static final UnaryOp GELU_TANH =
      row(
          "gelu_tanh",
          x -> 0.5 * x * (1 + Math.tanh(geluInner(x))),
          Saved.X,
          ElementwiseOps::geluTanhDerivative,
          -4,
          4);

  /** {@code x * sigmoid(x)}. */
  public static final UnaryOp SILU =
      row(
          "silu",
          x -> x * sigmoid(x),
          Saved.X,
          x -> sigmoid(x) * (1 + x * (1 - sigmoid(x))),
          -5,
          5);

  /** {@code log(1 + e^x)}. */
  public static final UnaryOp SOFTPLUS =
      row(
          "softplus",
          x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
          Saved.X,
          ElementwiseOps::sigmoid,
          -5,
          5);

  /** {@code a + b}. */
  public static final BinaryOp ADD =
      row(
          new BinaryOp(
              OpSpec.named("add").inputs("a", "b"),
              Double::sum,
              Long::sum,
              v -> new Tensor[] {v.grad(), v.grad()},
              -2,
              2));

  /** {@code a - b}. */
  public static final BinaryOp SUB =
      row(
          new BinaryOp(
              OpSpec.named("sub").inputs("a", "b"),
              (a, b) -> a - b,
              (a, b) -> a - b,
              v -> new Tensor[] {v.grad(), v.needs("b") ? v.grad().neg() : null},
              -2,
              2));

  /** {@code a * b}. */
  public static final BinaryOp MUL =
      row(
          new BinaryOp(
              OpSpec.named("mul").inputs("a", "b").savesInputs("a", "b"),
              (a, b) -> a * b,
              (a, b) -> a * b,
              v ->
                  new Tensor[] {
                    v.needs("a") ? v.grad().mul(v.input("b")) : null,
                    v.needs("b") ? v.grad().mul(v.input("a")) : null
                  },
              -2,
              2));

  /** {@code a / b}. */
  public static final BinaryOp DIV =
      row(
          new BinaryOp(
              OpSpec.named("div").inputs("a", "b").savesInputs("a", "b"),
              (a, b) -> a / b,
              null,
              v ->
                  new Tensor[] {
                    v.needs("a") ? v.grad().div(v.input("b")) : null,
                    v.needs("b")
                        ? v.grad().mul(v.input("a")).div(v.input("b").square()).neg()
                        : null
                  },
              0.5,
              2));

  /** Larger value; a tie halves the gradient, not-a-number wins. */
  public static final BinaryOp MAXIMUM =
      row(
          new BinaryOp(
              OpSpec.named("maximum").inputs("a", "b").savesInputs("a", "b"),
              Math::max,
              Math::max,
              v -> tieRule(v, v.input("a"), v.input("b")),
              -2,
              2));

  /** Smaller value; a tie halves the gradient, not-a-number wins. */
  public static final BinaryOp MINIMUM =
      row(
          new BinaryOp(
              OpSpec.named("minimum").inputs("a", "b").savesInputs("a", "b"),
              Math::min,
              Math::min,
              v -> tieRule(v, v.input("b"), v.input("a")),
              -2,
              2));

  /** {@code a == b}. */
  public static final CompareOp EQ = row(new CompareOp("eq", (a, b) -> a == b));

  /** {@code a != b}. */
  public static final CompareOp NE = row(new CompareOp("ne", (a, b) -> a != b));

  /** {@code a < b}. */
  public static final CompareOp LT = row(new CompareOp("lt", (a, b) -> a < b));

  /** {@code a <= b}. */
  public static final CompareOp LE = row(new CompareOp("le", (a, b) -> a <= b));

  private ElementwiseOps() {}

  private static UnaryOp row(
      String name,
      DoubleUnaryOperator f,
      Saved saved,
      DoubleUnaryOperator derivative,
      double low,
      double high) {
    UnaryOp op = new UnaryOp(name, f, saved, derivative, low, high);
    ROWS.add(op);
    ROWS.add(op.grad());
    return op;
  }

  private static <T extends Op<?>> T row(T op) {
    ROWS.add(op);
    return op;
  }

  /** All rows, gradients included. */
  static List<Op<?>> rows() {
    return List.copyOf(ROWS);
  }

  /** Runs a binary op after promoting both sides to one type. */
  public static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
    DType t = DType.promote(a.dtype(), b.dtype());
    return Dispatcher.call(op, NoAttrs.NONE, a.to(t), b.to(t));
  }

  /** Runs a comparison after promoting both sides to one type. */
  public static Tensor compare(CompareOp op, Tensor a, Tensor b) {
    DType t = DType.promote(a.dtype(), b.dtype());
    return Dispatcher.call(op, NoAttrs.NONE, a.to(t), b.to(t));
  }

  /**
   * Gradient to {@code a} where {@code first > second}, to {@code b} where {@code first < second},
   * half to each at ties.
   */
  private static Tensor[] tieRule(Vjp v, Tensor first, Tensor second) {
    Tensor g = v.grad();
    Tensor tie = first.eq(second).to(g.dtype()).mul(0.5);
    return Vjp.grads(
        g.mul(first.gt(second).to(g.dtype()).add(tie)),
        g.mul(first.lt(second).to(g.dtype()).add(tie)));
  }

  private static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
  }

  private static double geluInner(double x) {
    return SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x);
  }

  private static double geluTanhDerivative(double x) {
    double t = Math.tanh(geluInner(x));
    double inner = SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
  }
}
