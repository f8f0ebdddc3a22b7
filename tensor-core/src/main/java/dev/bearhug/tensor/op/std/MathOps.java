package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.UnaryOp.Saved;
import java.util.List;

/** Rows of {@link ElementwiseOps}: further functions of mathematics, and rounding. */
public final class MathOps {

  private static final ElementwiseRows ROWS = new ElementwiseRows();

  private static final double LN_2 = Math.log(2);
  private static final double LN_10 = Math.log(10);

  /** {@code log(1 + x)}, precise near 0. */
  public static final UnaryOp LOG1P =
      ROWS.unary(
          "log1p", Math::log1p, Saved.X, x -> 1 / (1 + x), (g, x) -> g.div(x.add(1)), -0.7, 4);

  /** {@code e^x - 1}, precise near 0. */
  public static final UnaryOp EXPM1 =
      ROWS.unary("expm1", Math::expm1, Saved.Y, y -> y + 1, (g, y) -> g.mul(y.add(1)), -3, 3);

  /** Logarithm of base 2. */
  public static final UnaryOp LOG2 =
      ROWS.unary(
          "log2",
          x -> Math.log(x) / LN_2,
          Saved.X,
          x -> 1 / (x * LN_2),
          (g, x) -> g.div(x).mul(1 / LN_2),
          0.2,
          4);

  /** Logarithm of base 10. */
  public static final UnaryOp LOG10 =
      ROWS.unary(
          "log10",
          Math::log10,
          Saved.X,
          x -> 1 / (x * LN_10),
          (g, x) -> g.div(x).mul(1 / LN_10),
          0.2,
          4);

  /** Tangent of radians. */
  public static final UnaryOp TAN =
      ROWS.unary(
          "tan", Math::tan, Saved.Y, y -> 1 + y * y, (g, y) -> g.mul(y.square().add(1)), -1.2, 1.2);

  /** Arc sine in radians. */
  public static final UnaryOp ASIN =
      ROWS.unary(
          "asin",
          Math::asin,
          Saved.X,
          x -> 1 / Math.sqrt(1 - x * x),
          (g, x) -> g.mul(x.square().affine(-1, 1).rsqrt()),
          -0.8,
          0.8);

  /** Arc cosine in radians. */
  public static final UnaryOp ACOS =
      ROWS.unary(
          "acos",
          Math::acos,
          Saved.X,
          x -> -1 / Math.sqrt(1 - x * x),
          (g, x) -> g.mul(x.square().affine(-1, 1).rsqrt()).neg(),
          -0.8,
          0.8);

  /** Arc tangent in radians. */
  public static final UnaryOp ATAN =
      ROWS.unary(
          "atan",
          Math::atan,
          Saved.X,
          x -> 1 / (1 + x * x),
          (g, x) -> g.div(x.square().add(1)),
          -3,
          3);

  /** Hyperbolic sine. */
  public static final UnaryOp SINH =
      ROWS.unary(
          "sinh", Math::sinh, Saved.X, Math::cosh, (g, x) -> g.mul(MathOps.COSH.apply(x)), -3, 3);

  /** Hyperbolic cosine. */
  public static final UnaryOp COSH =
      ROWS.unary(
          "cosh", Math::cosh, Saved.X, Math::sinh, (g, x) -> g.mul(MathOps.SINH.apply(x)), -3, 3);

  /** Largest whole number not above x; derivative 0. */
  public static final UnaryOp FLOOR = ROWS.step("floor", Math::floor);

  /** Smallest whole number not below x; derivative 0. */
  public static final UnaryOp CEIL = ROWS.step("ceil", Math::ceil);

  /** Nearest whole number, a half to the even one; derivative 0. */
  public static final UnaryOp ROUND = ROWS.step("round", Math::rint);

  /** The whole part; derivative 0. */
  public static final UnaryOp TRUNC = ROWS.step("trunc", x -> x < 0 ? Math.ceil(x) : Math.floor(x));

  /** -1, 0 or 1; derivative 0. */
  public static final UnaryOp SIGN = ROWS.step("sign", Math::signum);

  private MathOps() {}

  /** All rows, gradients included. */
  static List<Op<?>> rows() {
    return ROWS.all();
  }
}
