package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.ActivationOps;
import dev.bearhug.tensor.op.std.MathOps;
import java.util.function.BiFunction;

/** Element-wise operators, the softmax family, reductions, scans and sorting. */
final class MathRecipes {

  private MathRecipes() {}

  static void register(RecipeTable t) {
    functions(t);
    pairs(t);
    reductions(t);
    scans(t);
  }

  private static void functions(RecipeTable t) {
    t.unary("gelu_exact", Tensor::gelu);
    t.unary("gelu_tanh", Tensor::geluTanh);
    t.unary("silu", Tensor::silu);
    t.unary("relu", Tensor::relu);
    t.unary("tanh", Tensor::tanh);
    t.unary("sigmoid", Tensor::sigmoid);
    t.unary("exp", Tensor::exp);
    t.unary("erf", Tensor::erf);
    t.unary("abs", Tensor::abs);
    t.unary("neg", Tensor::neg);
    t.unary("sin", Tensor::sin);
    t.unary("cos", Tensor::cos);
    t.unary("square", Tensor::square);
    t.unary("log", Tensor::log);
    t.unary("sqrt", Tensor::sqrt);
    t.unary("rsqrt", Tensor::rsqrt);
    t.unary("reciprocal", Tensor::reciprocal);
    t.one("softplus", c -> ActivationOps.softplus(c.x(), c.number("beta", 1)));
    t.unary("quick_gelu", Tensor::quickGelu);
    t.unary("log_sigmoid", Tensor::logSigmoid);
    t.unary("mish", Tensor::mish);
    t.unary("relu6", Tensor::relu6);
    t.unary("hardswish", Tensor::hardswish);
    t.unary("hardsigmoid", ActivationOps.HARDSIGMOID::apply);
    t.unary("softsign", ActivationOps.SOFTSIGN::apply);
    t.unary("selu", ActivationOps::selu);
    t.one("celu", c -> ActivationOps.celu(c.x(), c.number("alpha", 1)));
    t.one("elu", c -> c.x().elu(c.number("alpha", 1)));
    t.one("leaky_relu", c -> c.x().leakyRelu(c.number("slope", c.number("negative_slope", 0.01))));
    t.unary("log1p", Tensor::log1p);
    t.unary("expm1", Tensor::expm1);
    t.unary("log2", MathOps.LOG2::apply);
    t.unary("log10", MathOps.LOG10::apply);
    t.unary("tan", MathOps.TAN::apply);
    t.unary("asin", MathOps.ASIN::apply);
    t.unary("acos", MathOps.ACOS::apply);
    t.unary("atan", MathOps.ATAN::apply);
    t.unary("sinh", MathOps.SINH::apply);
    t.unary("cosh", MathOps.COSH::apply);
    t.unary("floor", Tensor::floor);
    t.unary("ceil", Tensor::ceil);
    t.unary("round", Tensor::round);
    t.unary("trunc", MathOps.TRUNC::apply);
    t.unary("sign", Tensor::sign);
    t.one("pow_scalar", c -> c.x().pow(c.number("exponent", 1)));
    t.one(
        "clamp",
        c ->
            c.x()
                .clamp(
                    c.number("min", Double.NEGATIVE_INFINITY),
                    c.number("max", Double.POSITIVE_INFINITY)));
  }

  private static void pairs(RecipeTable t) {
    t.one("add", c -> c.x("a").add(c.x("b")));
    t.one("sub", c -> c.x("a").sub(c.x("b")));
    t.one("mul", c -> c.x("a").mul(c.x("b")));
    t.one("div", c -> c.x("a").div(c.x("b")));
    t.one("maximum", c -> c.x("a").maximum(c.x("b")));
    t.one("minimum", c -> c.x("a").minimum(c.x("b")));
    t.one("pow_tensor", c -> c.x("input").pow(c.x("exponent")));
    t.one("where", c -> Tensor.where(c.x("c"), c.x("a"), c.x("b")));
    t.one("masked_fill", c -> c.x("x").maskedFill(c.x("mask"), c.attr("value").asDouble()));
  }

  private static void reductions(RecipeTable t) {
    t.one("softmax", c -> c.x().softmax(c.axis("dim")));
    t.one("log_softmax", c -> c.x().logSoftmax(c.axis("dim")));
    t.one("logsumexp", c -> c.x().logSumExp(c.keep(), c.axes("dim")));
    t.one("sum", c -> c.x().sum(c.keep(), c.axes("dim")));
    t.one("mean", c -> c.x().mean(c.keep(), c.axes("dim")));
    t.one("prod", c -> c.x().prod(c.keep(), c.axes("dim")));
    t.one("var", c -> c.x().var(correction(c), c.keep(), c.axes("dim")));
    t.one("std", c -> c.x().std(correction(c), c.keep(), c.axes("dim")));
    t.one("norm", c -> c.x().norm(c.number("p", 2), c.keep(), c.axes("dim")));
    t.one("normalize", c -> c.x().normalize(c.number("p", 2), axis(c, 1), c.number("eps", 1e-12)));
    t.one(
        "cosine_similarity",
        c -> c.x("a").cosineSimilarity(c.x("b"), axis(c, 1), c.number("eps", 1e-8)));
    t.one("any", c -> c.x().any(c.keep(), c.axes("dim")));
    t.one("all", c -> c.x().all(c.keep(), c.axes("dim")));
    t.one("count_nonzero", c -> c.x().countNonzero(c.keep(), c.axes("dim")));
    t.one("max_all", c -> c.x().max());
    t.one("min_all", c -> c.x().min());
    t.one("amax", c -> c.x().amax(c.keep(), c.axes("dim")));
    t.one("amin", c -> c.x().amin(c.keep(), c.axes("dim")));
    t.many(
        "max_dim",
        c ->
            new Tensor[] {
              c.x().max(c.axis("dim"), c.keep()), position(c, (x, axis) -> x.argmax(axis))
            });
    t.many(
        "min_dim",
        c ->
            new Tensor[] {
              c.x().min(c.axis("dim"), c.keep()), position(c, (x, axis) -> x.argmin(axis))
            });
    t.one("argmax", c -> position(c, (x, axis) -> x.argmax(axis)));
    t.one("argmin", c -> position(c, (x, axis) -> x.argmin(axis)));
  }

  private static void scans(RecipeTable t) {
    t.one("cumsum", c -> c.x().cumsum(c.axis("dim")));
    t.one("cumprod", c -> c.x().cumprod(c.axis("dim")));
    t.many("sort", c -> c.x().sort(axis(c, -1), c.attr("descending").asBoolean(false)));
    t.one("argsort", c -> c.x().argsort(axis(c, -1), c.attr("descending").asBoolean(false)));
    t.many(
        "topk",
        c -> c.x().topk(c.attr("k").asLong(), axis(c, -1), c.attr("largest").asBoolean(true)));
  }

  private static int axis(RecipeCase c, int otherwise) {
    return c.attr("dim").asInt(otherwise);
  }

  private static double correction(RecipeCase c) {
    return c.number("correction", c.attr("unbiased").asBoolean(true) ? 1 : 0);
  }

  /** Positions along an axis, or in all elements where none is given. */
  private static Tensor position(RecipeCase c, BiFunction<Tensor, Integer, Tensor> f) {
    if (c.attr("dim").isMissingNode() || c.attr("dim").isNull()) {
      return f.apply(c.x().reshape(-1), 0);
    }
    Tensor y = f.apply(c.x(), c.axis("dim"));
    return c.keep() ? y.unsqueeze(c.x().shape().axis(c.axis("dim"))) : y;
  }
}
