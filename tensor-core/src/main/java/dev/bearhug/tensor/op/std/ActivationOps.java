package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.UnaryOp.Saved;
import java.util.List;

/** Rows of {@link ElementwiseOps}: activation functions. */
public final class ActivationOps {

  private static final ElementwiseRows ROWS = new ElementwiseRows();

  /** Slope of the sigmoid in {@link #QUICK_GELU}. */
  private static final double QUICK = 1.702;

  /** Scale and saturation of {@link #selu}. */
  private static final double SELU_SCALE = 1.0507009873554804934193349852946;

  private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

  /** {@code log(sigmoid(x))}, without overflow. */
  public static final UnaryOp LOG_SIGMOID =
      ROWS.unary(
          "log_sigmoid",
          x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
          Saved.X,
          x -> ElementwiseOps.sigmoid(-x),
          (g, x) -> g.mul(x.neg().sigmoid()),
          -5,
          6);

  /** {@code x * tanh(softplus(x))} (Misra, 2019). */
  public static final UnaryOp MISH =
      ROWS.unary(
          "mish",
          x -> x == Double.NEGATIVE_INFINITY ? -0.0 : x * Math.tanh(softplus(x)),
          Saved.X,
          ActivationOps::mishDerivative,
          (g, x) -> {
            Tensor t = x.softplus().tanh();
            Tensor curved = x.mul(x.sigmoid()).mul(t.square().affine(-1, 1));
            return g.mul(t.add(curved));
          },
          -5,
          6);

  /** {@code x * sigmoid(1.702 x)}, an approximation of {@link ElementwiseOps#GELU}. */
  public static final UnaryOp QUICK_GELU =
      ROWS.unary(
          "quick_gelu",
          x -> x == Double.NEGATIVE_INFINITY ? -0.0 : x * ElementwiseOps.sigmoid(QUICK * x),
          Saved.X,
          ActivationOps::quickGeluDerivative,
          (g, x) -> {
            Tensor s = x.mul(QUICK).sigmoid();
            return g.mul(s.mul(x.mul(QUICK).mul(s.affine(-1, 1)).add(1)));
          },
          -4,
          5);

  /** {@code min(max(x, 0), 6)}; derivative 0 at both bounds. */
  public static final UnaryOp RELU6 =
      ROWS.unary(
          "relu6",
          x -> Math.min(Math.max(x, 0), 6),
          Saved.X,
          x -> x > 0 && x < 6 ? 1 : 0,
          (g, x) -> ElementwiseRows.inside(g, x, 0, 6),
          -3,
          8);

  /** {@code x * min(max(x + 3, 0), 6) / 6} (Howard et al., 2019). */
  public static final UnaryOp HARDSWISH =
      ROWS.unary(
          "hardswish",
          x -> x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6,
          Saved.X,
          x -> x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : x > 3 ? 1 : x,
          ActivationOps::hardswishGradient,
          -5,
          6);

  /** {@code min(max(x + 3, 0), 6) / 6}; derivative 0 at both bounds. */
  public static final UnaryOp HARDSIGMOID =
      ROWS.unary(
          "hardsigmoid",
          x -> Math.min(Math.max(x + 3, 0), 6) / 6,
          Saved.X,
          x -> x > -3 && x < 3 ? 1 / 6.0 : 0,
          (g, x) -> ElementwiseRows.inside(g, x, -3, 3).mul(1 / 6.0),
          -5,
          6);

  /** {@code x / (1 + |x|)}. */
  public static final UnaryOp SOFTSIGN =
      ROWS.unary(
          "softsign",
          x -> Double.isInfinite(x) ? Math.signum(x) : x / (1 + Math.abs(x)),
          Saved.X,
          x -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))),
          (g, x) -> g.div(x.abs().add(1).square()),
          -4,
          5);

  /** {@code x} where positive, else {@code slope * x}; at 0 the slope. */
  public static final ParametricOp<Double> LEAKY_RELU =
      ROWS.parametric(
          new ParametricOp<>(
              "leaky_relu",
              slope -> x -> x > 0 ? x : slope * x,
              slope -> x -> x > 0 ? 1 : slope,
              (g, x, slope) -> Tensor.where(x.gt(ElementwiseRows.number(x, 0)), g, g.mul(slope)),
              List.of(0.01, 0.3)));

  /** Exponential linear units (Clevert et al., 2016) and their relatives. */
  public static final ParametricOp<EluAttrs> ELU =
      ROWS.parametric(
          new ParametricOp<>(
              "elu",
              a -> a::value,
              a -> a::derivative,
              (g, x, a) -> {
                Tensor zero = ElementwiseRows.number(x, 0);
                // The branch not taken must not overflow: its infinity times zero is no number.
                Tensor e = x.minimum(zero).mul(a.inputScale()).exp();
                Tensor lower = g.mul(e).mul(a.scale() * a.alpha() * a.inputScale());
                return Tensor.where(x.gt(zero), g.mul(a.scale()), lower);
              },
              List.of(new EluAttrs(1, 1, 1), new EluAttrs(1.5, 0.8, 0.7))));

  /**
   * Constants of {@code scale * (x > 0 ? x : alpha * (e^(inputScale * x) - 1))}.
   *
   * @param alpha depth of the negative branch
   * @param scale factor on both branches
   * @param inputScale factor inside of the exponential
   */
  public record EluAttrs(double alpha, double scale, double inputScale) {

    /** The function on one value. */
    public double value(double x) {
      return x > 0 ? scale * x : scale * alpha * Math.expm1(inputScale * x);
    }

    /** Its derivative; at 0 that of the negative branch. */
    public double derivative(double x) {
      return x > 0 ? scale : scale * alpha * inputScale * Math.exp(inputScale * x);
    }
  }

  private ActivationOps() {}

  /** All rows, gradients included. */
  static List<Op<?>> rows() {
    return ROWS.all();
  }

  /** {@code x} where positive, else {@code slope * x}. */
  public static Tensor leakyRelu(Tensor x, double slope) {
    return Dispatcher.call(LEAKY_RELU, slope, x);
  }

  /** {@code x} where positive, else {@code alpha * (e^x - 1)} (Clevert et al., 2016). */
  public static Tensor elu(Tensor x, double alpha) {
    return Dispatcher.call(ELU, new EluAttrs(alpha, 1, 1), x);
  }

  /** Self-normalising {@link #elu} with the constants of Klambauer et al., 2017. */
  public static Tensor selu(Tensor x) {
    return Dispatcher.call(ELU, new EluAttrs(SELU_ALPHA, SELU_SCALE, 1), x);
  }

  /** {@code x} where positive, else {@code alpha * (e^(x / alpha) - 1)} (Barron, 2017). */
  public static Tensor celu(Tensor x, double alpha) {
    return Dispatcher.call(ELU, new EluAttrs(alpha, 1, 1 / alpha), x);
  }

  /** {@code log(1 + e^(beta * x)) / beta}. */
  public static Tensor softplus(Tensor x, double beta) {
    return x.mul(beta).softplus().mul(1 / beta);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double mishDerivative(double x) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    double t = Math.tanh(softplus(x));
    return t + x * (1 - t * t) * ElementwiseOps.sigmoid(x);
  }

  private static double quickGeluDerivative(double x) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    double s = ElementwiseOps.sigmoid(QUICK * x);
    return s * (1 + QUICK * x * (1 - s));
  }

  private static Tensor hardswishGradient(Tensor g, Tensor x) {
    Tensor low = ElementwiseRows.number(x, -3);
    Tensor high = ElementwiseRows.number(x, 3);
    Tensor middle = g.mul(x.affine(1 / 3.0, 0.5));
    Tensor upper = Tensor.where(x.gt(high), g, middle);
    return Tensor.where(x.lt(low), ElementwiseRows.number(g, 0), upper);
  }
}
