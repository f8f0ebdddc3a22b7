package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.BceWithLogitsOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.EmbeddingOp;
import dev.bearhug.tensor.op.std.MseLossOp;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.ScatterAddOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** The table from operator names of the reference values to calls of this engine. */
final class OpRecipes {

  /**
   * One case of the reference values.
   *
   * @param json its description
   * @param in its inputs
   */
  record Case(JsonNode json, TensorMap in) {

    Tensor x(String name) {
      return in.get(name);
    }

    /** The first input, whatever its name. */
    Tensor x() {
      return in.values().iterator().next();
    }

    Tensor[] all() {
      return in.values().toArray(new Tensor[0]);
    }

    JsonNode attr(String name) {
      return json.path("attrs").path(name);
    }

    int axis(String name) {
      return attr(name).asInt();
    }

    boolean keep() {
      return attr("keepdim").asBoolean(false);
    }

    /** The axes of an attribute that is a number, a list or absent for all. */
    int[] axes(String name) {
      JsonNode node = attr(name);
      int[] axes = new int[node.isMissingNode() ? x().rank() : node.isArray() ? node.size() : 1];
      Arrays.setAll(
          axes,
          i -> node.isMissingNode() ? i : node.isArray() ? node.get(i).asInt() : node.asInt());
      return axes;
    }

    Reduction reduction() {
      return attr("reduction").asText("mean").equals("sum") ? Reduction.SUM : Reduction.MEAN;
    }
  }

  /**
   * How an operator is computed here.
   *
   * @param supports whether the description of a case asks for nothing else
   * @param forward its outputs
   * @param differentiable outputs that all take gradients
   */
  record Recipe(
      Predicate<JsonNode> supports,
      Function<Case, Tensor[]> forward,
      Function<Case, Tensor[]> differentiable) {}

  private static final Map<String, Recipe> TABLE = new LinkedHashMap<>();

  private OpRecipes() {}

  /** The recipe for a case, or null if this engine has no op for it yet. */
  static Recipe find(JsonNode json) {
    Recipe r = TABLE.get(json.get("op").asText());
    return r != null && r.supports().test(json) ? r : null;
  }

  private static void one(String name, Function<Case, Tensor> f) {
    one(name, json -> true, f);
  }

  private static void one(String name, Predicate<JsonNode> supports, Function<Case, Tensor> f) {
    many(name, supports, c -> new Tensor[] {f.apply(c)});
  }

  private static void many(String name, Predicate<JsonNode> supports, Function<Case, Tensor[]> f) {
    TABLE.put(name, new Recipe(supports, f, f));
  }

  private static void unary(String name, Function<Tensor, Tensor> f) {
    one(name, c -> f.apply(c.x()));
  }

  private static boolean lacks(JsonNode json, String... inputs) {
    return Arrays.stream(inputs).noneMatch(json.get("inputs")::has);
  }

  private static boolean reduces(JsonNode json) {
    return !json.at("/attrs/reduction").asText("mean").equals("none");
  }

  private static int rank(JsonNode json, String input) {
    return json.at("/inputs/" + input + "/shape").size();
  }

  static {
    unary("gelu_exact", Tensor::gelu);
    unary("gelu_tanh", Tensor::geluTanh);
    unary("silu", Tensor::silu);
    unary("relu", Tensor::relu);
    unary("tanh", Tensor::tanh);
    unary("sigmoid", Tensor::sigmoid);
    unary("exp", Tensor::exp);
    unary("erf", Tensor::erf);
    unary("softplus", Tensor::softplus);
    unary("abs", Tensor::abs);
    unary("neg", Tensor::neg);
    unary("sin", Tensor::sin);
    unary("cos", Tensor::cos);
    unary("square", Tensor::square);
    unary("log", Tensor::log);
    unary("sqrt", Tensor::sqrt);
    unary("rsqrt", Tensor::rsqrt);
    unary("reciprocal", Tensor::reciprocal);
    unary("quick_gelu", x -> x.mul(x.mul(1.702).sigmoid()));
    unary("log_sigmoid", x -> x.neg().softplus().neg());
    one("pow_scalar", c -> c.x().pow(c.attr("exponent").asDouble()));
    one("clamp", c -> c.x().clamp(c.attr("min").asDouble(), c.attr("max").asDouble()));
    one("add", c -> c.x("a").add(c.x("b")));
    one("sub", c -> c.x("a").sub(c.x("b")));
    one("mul", c -> c.x("a").mul(c.x("b")));
    one("div", c -> c.x("a").div(c.x("b")));
    one("maximum", c -> c.x("a").maximum(c.x("b")));
    one("minimum", c -> c.x("a").minimum(c.x("b")));
    one("matmul", j -> rank(j, "a") >= 2 && rank(j, "b") >= 2, c -> c.x("a").matmul(c.x("b")));
    one("linear", c -> c.x("input").linear(c.x("weight"), c.in().getOrNull("bias")));
    one("addmm", c -> c.x("input").add(c.x("mat1").matmul(c.x("mat2"))));
    one("softmax", c -> last(c, Tensor::softmax));
    one("log_softmax", c -> last(c, Tensor::logSoftmax));
    one("layer_norm", OpRecipes::layerNorm);
    one(
        "embedding",
        j -> !j.at("/attrs/scale_grad_by_freq").asBoolean(false),
        c ->
            Dispatcher.call(
                EmbeddingOp.INSTANCE,
                new EmbeddingOp.Attrs(c.attr("padding_idx").asLong(-1)),
                c.x("weight"),
                c.x("ids")));
    one("gather", c -> c.x("x").gather(c.axis("dim"), c.x("index")));
    one("take_along_dim", c -> c.x("x").gather(c.axis("dim"), c.x("index")));
    one(
        "scatter_add",
        c ->
            Dispatcher.call(
                ScatterAddOp.INSTANCE, c.axis("dim"), c.x("x"), c.x("index"), c.x("src")));
    one("sum", c -> c.x().sum(c.keep(), c.axes("dim")));
    one("mean", c -> c.x().mean(c.keep(), c.axes("dim")));
    many("max_dim", j -> true, c -> extremum(c, c.x()));
    many("min_dim", j -> true, c -> extremum(c, c.x().neg()));
    one("argmax", c -> c.x().argmax(c.axis("dim")));
    one("where", c -> Tensor.where(c.x("c"), c.x("a"), c.x("b")));
    one("masked_fill", c -> c.x("x").maskedFill(c.x("mask"), c.attr("value").asDouble()));
    one("cat", c -> Tensor.cat(c.axis("dim"), c.all()));
    one("stack", c -> Tensor.stack(c.axis("dim"), c.all()));
    one("permute", c -> c.x().permute(c.axes("dims")));
    one("expand", OpRecipes::expand);
    many("split", j -> true, OpRecipes::split);
    many(
        "cross_entropy",
        j -> reduces(j) && lacks(j, "weight") && rank(j, "logits") == 2,
        c ->
            new Tensor[] {
              Dispatcher.call(
                  CrossEntropyOp.INSTANCE,
                  new CrossEntropyOp.Attrs(
                      c.attr("ignore_index").asLong(CrossEntropyOp.IGNORE),
                      c.attr("label_smoothing").asDouble(0),
                      c.reduction()),
                  c.x("logits"),
                  c.x("target"))
            });
    loss("binary_cross_entropy_with_logits", BceWithLogitsOp.INSTANCE);
    loss("mse_loss", MseLossOp.INSTANCE);
    one(
        "l1_loss",
        j -> true,
        c -> {
          Tensor d = c.x("x").sub(c.x("target")).abs();
          String reduction = c.attr("reduction").asText();
          return reduction.equals("none") ? d : reduction.equals("sum") ? d.sum() : d.mean();
        });
    one("logsumexp", j -> !j.at("/attrs/dim").isArray(), OpRecipes::logSumExp);
    one("baddbmm", OpRecipes::baddbmm);
    // The weights are a by-product without gradient; the definition gives the gradient of both.
    TABLE.put(
        "scaled_dot_product_attention",
        new Recipe(
            j -> true,
            c -> Dispatcher.apply(AttentionOp.INSTANCE, attention(c), attentionInputs(c)),
            c -> AttentionOp.INSTANCE.compose(attentionInputs(c), attention(c))));
  }

  private static void loss(String name, Op<Reduction> op) {
    one(
        name,
        j -> reduces(j) && lacks(j, "weight", "pos_weight"),
        c -> Dispatcher.call(op, c.reduction(), c.x("x"), c.x("target")));
  }

  /** Applies a function of the last axis along another one. */
  private static Tensor last(Case c, Function<Tensor, Tensor> f) {
    int axis = c.axis("dim");
    return f.apply(c.x().transpose(axis, -1)).transpose(axis, -1);
  }

  private static Tensor layerNorm(Case c) {
    Tensor x = c.x("x");
    JsonNode normalized = c.attr("normalized_shape");
    long n = 1;
    for (JsonNode size : normalized) {
      n *= size.asLong();
    }
    Tensor one = Tensor.full(Shape.of(n), 1, x.dtype(), x.device());
    Tensor weight = c.in().getOrNull("weight");
    Tensor bias = c.in().getOrNull("bias");
    return x.reshape(x.numel() / n, n)
        .layerNorm(
            weight == null ? one : weight.reshape(n),
            bias == null ? Tensor.zerosLike(one) : bias.reshape(n),
            c.attr("eps").asDouble())
        .reshape(x.shape().dims());
  }

  private static Tensor logSumExp(Case c) {
    Tensor max = c.x().max(c.axis("dim"), true).detach();
    Tensor sum = c.x().sub(max).exp().sum(true, c.axis("dim"));
    Tensor y = sum.log().add(max);
    return c.keep() ? y : y.squeeze(c.axis("dim"));
  }

  private static Tensor baddbmm(Case c) {
    Tensor product = c.x("b1").matmul(c.x("b2")).mul(c.attr("alpha").asDouble());
    return c.x("input").mul(c.attr("beta").asDouble()).add(product);
  }

  private static Tensor[] extremum(Case c, Tensor sign) {
    int axis = c.axis("dim");
    Tensor values = sign == c.x() ? c.x().max(axis, false) : c.x().min(axis, false);
    return new Tensor[] {values, sign.argmax(axis)};
  }

  private static Tensor expand(Case c) {
    JsonNode sizes = c.attr("sizes");
    long[] dims = new long[sizes.size()];
    for (int i = 0; i < dims.length; i++) {
      long size = sizes.get(i).asLong();
      dims[i] = size == -1 ? c.x().dim(i - dims.length) : size;
    }
    return c.x().expand(dims);
  }

  private static Tensor[] split(Case c) {
    List<Tensor> parts = new ArrayList<>();
    long start = 0;
    for (JsonNode size : c.attr("sizes")) {
      parts.add(c.x().slice(c.axis("dim"), start, start + size.asLong()));
      start += size.asLong();
    }
    return parts.toArray(new Tensor[0]);
  }

  private static AttentionOp.Attrs attention(Case c) {
    return new AttentionOp.Attrs(
        c.attr("scale").asDouble(), c.attr("causal").asBoolean(false), 0, 0, 0);
  }

  private static Tensor[] attentionInputs(Case c) {
    Tensor mask = c.in().getOrNull("mask");
    if (mask != null && mask.dtype() == DType.BOOL) {
      Tensor q = c.x("q");
      mask =
          Tensor.where(
              mask,
              Tensor.scalar(0, q.dtype(), q.device()),
              Tensor.scalar(AttentionOp.MASKED, q.dtype(), q.device()));
    }
    return new Tensor[] {c.x("q"), c.x("k"), c.x("v"), mask};
  }
}
