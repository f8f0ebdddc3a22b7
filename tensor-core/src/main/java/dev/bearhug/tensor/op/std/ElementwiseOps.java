package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Vjp;
import dev.bearhug.tensor.op.std.UnaryOp.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The element-wise ops: one row each with name, function, derivative and the domain samples are
 * drawn from. Broadcasting, strides, all floating types, gradients and tests follow from the row.
 */
public final class ElementwiseOps {

  private static final ElementwiseRows ROWS = new ElementwiseRows();

  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  /** {@code -x}. */
  public static final UnaryOp NEG = row("neg", x -> -x, Saved.X, x -> -1, (g, x) -> g.neg(), -2, 2);

  /** {@code |x|}; derivative 0 at 0. */
  public static final UnaryOp ABS =
      row("abs", Math::abs, Saved.X, Math::signum, (g, x) -> g.mul(MathOps.SIGN.apply(x)), 0.1, 2);

  /** {@code e^x}. */
  public static final UnaryOp EXP =
      row("exp", Math::exp, Saved.Y, y -> y, (g, y) -> g.mul(y), -3, 3);

  /** Natural logarithm. */
  public static final UnaryOp LOG =
      row("log", Math::log, Saved.X, x -> 1 / x, (g, x) -> g.div(x), 0.2, 4);

  /** Square root. */
  public static final UnaryOp SQRT =
      row("sqrt", Math::sqrt, Saved.Y, y -> 0.5 / y, (g, y) -> g.div(y).mul(0.5), 0.2, 4);

  /** {@code 1 / sqrt(x)}. */
  public static final UnaryOp RSQRT =
      row(
          "rsqrt",
          x -> 1 / Math.sqrt(x),
          Saved.Y,
          y -> -0.5 * y * y * y,
          (g, y) -> g.mul(y.mul(y.square())).mul(-0.5),
          0.2,
          4);

  /** {@code x^2}. */
  public static final UnaryOp SQUARE =
      row("square", x -> x * x, Saved.X, x -> 2 * x, (g, x) -> g.mul(x).mul(2), -2, 2);

  /** {@code 1 / x}. */
  public static final UnaryOp RECIPROCAL =
      row(
          "reciprocal",
          x -> 1 / x,
          Saved.Y,
          y -> -y * y,
          (g, y) -> g.mul(y.square()).neg(),
          0.3,
          3);

  /** Sine of radians. */
  public static final UnaryOp SIN =
      row("sin", Math::sin, Saved.X, Math::cos, (g, x) -> g.mul(x.cos()), -4, 4);

  /** Cosine of radians. */
  public static final UnaryOp COS =
      row("cos", Math::cos, Saved.X, x -> -Math.sin(x), (g, x) -> g.mul(x.sin()).neg(), -4, 4);

  /** Hyperbolic tangent. */
  public static final UnaryOp TANH =
      row(
          "tanh",
          Math::tanh,
          Saved.Y,
          y -> 1 - y * y,
          (g, y) -> g.mul(y.square().affine(-1, 1)),
          -3,
          3);

  /** {@code 1 / (1 + e^-x)}. */
  public static final UnaryOp SIGMOID =
      row(
          "sigmoid",
          ElementwiseOps::sigmoid,
          Saved.Y,
          y -> y * (1 - y),
          (g, y) -> g.mul(y.mul(y.affine(-1, 1))),
          -5,
          5);

  /** {@code max(x, 0)}; derivative 0 at 0. */
  public static final UnaryOp RELU =
      row(
          "relu",
          x -> x > 0 || x != x ? x : 0,
          Saved.Y,
          y -> y > 0 ? 1 : 0,
          (g, y) -> ElementwiseRows.inside(g, y, 0, Double.POSITIVE_INFINITY),
          0.1,
          2);

  /** Gauss error function. */
  public static final UnaryOp ERF =
      row(
          "erf",
          SpecialFunctions::erf,
          Saved.X,
          x -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x),
          (g, x) -> g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
          -3,
          3);

  /** {@code x * Phi(x)} with the normal distribution function Phi (Hendrycks and Gimpel, 2016). */
  public static final UnaryOp GELU =
      row(
          "gelu",
          x -> x * SpecialFunctions.normalCdf(x),
          Saved.X,
          x -> SpecialFunctions.normalCdf(x) + x * SpecialFunctions.normalPdf(x),
          ElementwiseOps::geluGradient,
          -4,
          4);

  /** Tanh approximation of {@link #GELU}. */
  public static final UnaryOp GELU_TANH =
      row(
          "gelu_tanh",
          x -> 0.5 * x * (1 + Math.tanh(geluInner(x))),
          Saved.X,
          ElementwiseOps::geluTanhDerivative,
          ElementwiseOps::geluTanhGradient,
          -4,
          4);

  /** {@code x * sigmoid(x)}. */
  public static final UnaryOp SILU =
      row(
          "silu",
          x -> x * sigmoid(x),
          Saved.X,
          x -> sigmoid(x) * (1 + x * (1 - sigmoid(x))),
          (g, x) -> {
            Tensor s = x.sigmoid();
            return g.mul(s.mul(x.mul(s.affine(-1, 1)).add(1)));
          },
          -5,
          5);

  /** {@code log(1 + e^x)}. */
  public static final UnaryOp SOFTPLUS =
      row(
          "softplus",
          x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
          Saved.X,
          ElementwiseOps::sigmoid,
          (g, x) -> g.mul(x.sigmoid()),
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

  /**
   * {@code a^b}. The gradient of the base is zero where the exponent is; that of the exponent is
   * zero where the power is zero whatever the base.
   */
  public static final BinaryOp POW =
      row(
          new BinaryOp(
              OpSpec.named("pow_tensor")
                  .inputs("a", "b")
                  .casts(CastPolicy.F32)
                  .savesInputs("a", "b")
                  .savesOutputs("y"),
              Math::pow,
              null,
              ElementwiseOps::powRule,
              0.3,
              2));

  /** Angle of the point {@code (b, a)} in radians, from -pi to pi. */
  public static final BinaryOp ATAN2 =
      row(
          new BinaryOp(
              OpSpec.named("atan2").inputs("a", "b").savesInputs("a", "b"),
              Math::atan2,
              null,
              ElementwiseOps::atan2Rule,
              0.3,
              2));

  /** Remainder of {@code a / b} with the sign of {@code a}. */
  public static final BinaryOp FMOD =
      row(
          new BinaryOp(
              OpSpec.named("fmod").inputs("a", "b").savesInputs("a", "b"),
              (a, b) -> a % b,
              null,
              v ->
                  Vjp.grads(
                      v.grad(),
                      v.needs("b")
                          ? v.grad().mul(MathOps.TRUNC.apply(v.input("a").div(v.input("b")))).neg()
                          : null),
              0.5,
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
      BinaryOperator<Tensor> gradient,
      double low,
      double high) {
    return ROWS.unary(name, f, saved, derivative, gradient, low, high);
  }

  private static <T extends Op<?>> T row(T op) {
    return ROWS.add(op);
  }

  /** All rows of this table and its neighbours, gradients included. */
  static List<Op<?>> rows() {
    List<Op<?>> all = new ArrayList<>(ROWS.all());
    all.addAll(ActivationOps.rows());
    all.addAll(MathOps.rows());
    all.addAll(LogicOps.rows());
    return all;
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

  private static Tensor[] powRule(Vjp v) {
    Tensor a = v.input("a");
    Tensor b = v.input("b");
    Tensor y = v.output("y");
    Tensor g = v.grad();
    Tensor zero = ElementwiseRows.number(g, 0);
    Tensor base = null;
    if (v.needs("a")) {
      Tensor slope = b.mul(binary(POW, a, b.sub(1)));
      base = Tensor.where(b.eq(zero), zero, g.mul(slope));
    }
    Tensor exponent = null;
    if (v.needs("b")) {
      // 0^b is 0 for all positive b: the logarithm must not make it not-a-number.
      Tensor flat = a.eq(zero).and(b.ge(zero));
      Tensor safe = Tensor.where(flat, ElementwiseRows.number(a, 1), a);
      exponent = Tensor.where(flat, zero, g.mul(y).mul(safe.log()));
    }
    return Vjp.grads(base, exponent);
  }

  private static Tensor[] atan2Rule(Vjp v) {
    Tensor a = v.input("a");
    Tensor b = v.input("b");
    Tensor g = v.grad().div(a.square().add(b.square()));
    return Vjp.grads(v.needs("a") ? g.mul(b) : null, v.needs("b") ? g.mul(a).neg() : null);
  }

  static double sigmoid(double x) {
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

  private static Tensor geluGradient(Tensor g, Tensor x) {
    Tensor cdf = x.mul(Math.sqrt(0.5)).erf().affine(0.5, 0.5);
    Tensor pdf = x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
    return g.mul(cdf.add(x.mul(pdf)));
  }

  private static Tensor geluTanhGradient(Tensor g, Tensor x) {
    Tensor square = x.square();
    Tensor t = x.mul(square.affine(SQRT_2_OVER_PI * GELU_CUBIC, SQRT_2_OVER_PI)).tanh();
    Tensor inner = square.affine(3 * SQRT_2_OVER_PI * GELU_CUBIC, SQRT_2_OVER_PI);
    Tensor curved = x.mul(t.square().affine(-0.5, 0.5)).mul(inner);
    return g.mul(t.affine(0.5, 0.5).add(curved));
  }
}
