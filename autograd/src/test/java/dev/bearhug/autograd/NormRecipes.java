package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.BceWithLogitsOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.MseLossOp;
import dev.bearhug.tensor.op.std.Reduction;

/** Normalisations, losses and recurrent layers. */
final class NormRecipes {

  private NormRecipes() {}

  static void register(RecipeTable t) {
    norms(t);
    losses(t);
  }

  private static void norms(RecipeTable t) {
    t.one("layer_norm", NormRecipes::layerNorm);
  }

  private static void losses(RecipeTable t) {
    t.one(
        "cross_entropy",
        j -> reduces(j) && RecipeTable.lacks(j, "weight") && RecipeTable.rank(j, "logits") == 2,
        c ->
            Dispatcher.call(
                CrossEntropyOp.INSTANCE,
                new CrossEntropyOp.Attrs(
                    c.attr("ignore_index").asLong(CrossEntropyOp.IGNORE),
                    c.attr("label_smoothing").asDouble(0),
                    c.reduction()),
                c.x("logits"),
                c.x("target")));
    loss(t, "binary_cross_entropy_with_logits", BceWithLogitsOp.INSTANCE);
    loss(t, "mse_loss", MseLossOp.INSTANCE);
    t.one(
        "l1_loss",
        c -> {
          Tensor d = c.x("x").sub(c.x("target")).abs();
          String reduction = c.attr("reduction").asText();
          return reduction.equals("none") ? d : reduction.equals("sum") ? d.sum() : d.mean();
        });
  }

  private static boolean reduces(JsonNode json) {
    return !json.at("/attrs/reduction").asText("mean").equals("none");
  }

  private static void loss(RecipeTable t, String name, Op<Reduction> op) {
    t.one(
        name,
        j -> reduces(j) && RecipeTable.lacks(j, "weight", "pos_weight"),
        c -> Dispatcher.call(op, c.reduction(), c.x("x"), c.x("target")));
  }

  private static Tensor layerNorm(RecipeCase c) {
    Tensor x = c.x("x");
    long n = 1;
    for (JsonNode size : c.attr("normalized_shape")) {
      n *= size.asLong();
    }
    Tensor one = Tensor.full(Shape.of(n), 1, x.dtype(), x.device());
    Tensor weight = c.orNull("weight");
    Tensor bias = c.orNull("bias");
    return x.reshape(x.numel() / n, n)
        .layerNorm(
            weight == null ? one : weight.reshape(n),
            bias == null ? Tensor.zerosLike(one) : bias.reshape(n),
            c.attr("eps").asDouble())
        .reshape(x.shape().dims());
  }
}
