package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import java.util.function.Function;

/** Element-wise operators, the softmax family, reductions, scans and sorting. */
final class MathRecipes {

  private MathRecipes() {}

  static void register(RecipeTable t) {
    functions(t);
    pairs(t);
    reductions(t);
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
    t.unary("softplus", Tensor::softplus);
    t.unary("abs", Tensor::abs);
    t.unary("neg", Tensor::neg);
    t.unary("sin", Tensor::sin);
    t.unary("cos", Tensor::cos);
    t.unary("square", Tensor::square);
    t.unary("log", Tensor::log);
    t.unary("sqrt", Tensor::sqrt);
    t.unary("rsqrt", Tensor::rsqrt);
    t.unary("reciprocal", Tensor::reciprocal);
    t.unary("quick_gelu", x -> x.mul(x.mul(1.702).sigmoid()));
    t.unary("log_sigmoid", x -> x.neg().softplus().neg());
    t.one("pow_scalar", c -> c.x().pow(c.attr("exponent").asDouble()));
    t.one("clamp", c -> c.x().clamp(c.attr("min").asDouble(), c.attr("max").asDouble()));
  }

  private static void pairs(RecipeTable t) {
    t.one("add", c -> c.x("a").add(c.x("b")));
    t.one("sub", c -> c.x("a").sub(c.x("b")));
    t.one("mul", c -> c.x("a").mul(c.x("b")));
    t.one("div", c -> c.x("a").div(c.x("b")));
    t.one("maximum", c -> c.x("a").maximum(c.x("b")));
    t.one("minimum", c -> c.x("a").minimum(c.x("b")));
    t.one("where", c -> Tensor.where(c.x("c"), c.x("a"), c.x("b")));
    t.one("masked_fill", c -> c.x("x").maskedFill(c.x("mask"), c.attr("value").asDouble()));
  }

  private static void reductions(RecipeTable t) {
    t.one("softmax", c -> last(c, Tensor::softmax));
    t.one("log_softmax", c -> last(c, Tensor::logSoftmax));
    t.one("logsumexp", j -> !j.at("/attrs/dim").isArray(), MathRecipes::logSumExp);
    t.one("sum", c -> c.x().sum(c.keep(), c.axes("dim")));
    t.one("mean", c -> c.x().mean(c.keep(), c.axes("dim")));
    t.many("max_dim", c -> extremum(c, c.x()));
    t.many("min_dim", c -> extremum(c, c.x().neg()));
    t.one("argmax", c -> c.x().argmax(c.axis("dim")));
  }

  /** Applies a function of the last axis along another one. */
  private static Tensor last(RecipeCase c, Function<Tensor, Tensor> f) {
    int axis = c.axis("dim");
    return f.apply(c.x().transpose(axis, -1)).transpose(axis, -1);
  }

  private static Tensor logSumExp(RecipeCase c) {
    Tensor max = c.x().max(c.axis("dim"), true).detach();
    Tensor sum = c.x().sub(max).exp().sum(true, c.axis("dim"));
    Tensor y = sum.log().add(max);
    return c.keep() ? y : y.squeeze(c.axis("dim"));
  }

  private static Tensor[] extremum(RecipeCase c, Tensor sign) {
    int axis = c.axis("dim");
    Tensor values = sign == c.x() ? c.x().max(axis, false) : c.x().min(axis, false);
    return new Tensor[] {values, sign.argmax(axis)};
  }
}
