package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.PlainAttention;
import dev.bearhug.tensor.op.std.RotaryOp;

/** Attention and rotary positions. */
final class AttentionRecipes {

  private AttentionRecipes() {}

  static void register(RecipeTable t) {
    t.longSums("scaled_dot_product_attention", "grouped_query_attention", "multi_head_attention");
    t.many("scaled_dot_product_attention", AttentionRecipes::attention);
    t.many("grouped_query_attention", AttentionRecipes::attention);
    t.many("multi_head_attention", AttentionRecipes::multiHead);
    t.one("rotary", AttentionRecipes::rotary);
  }

  /** Context and weights, each by its own way. */
  private static Tensor[] attention(RecipeCase c) {
    Tensor mask = additive(c.orNull("mask"), true);
    return attention(c.x("q"), c.x("k"), c.x("v"), mask, attrs(c, c.x("q").dim(3)));
  }

  private static Tensor[] attention(
      Tensor q, Tensor k, Tensor v, Tensor mask, AttentionOp.Attrs a) {
    return new Tensor[] {
      Dispatcher.call(AttentionOp.INSTANCE, a, q, k, v, mask), PlainAttention.weights(q, k, mask, a)
    };
  }

  private static AttentionOp.Attrs attrs(RecipeCase c, long width) {
    JsonNode scale = c.attr("scale");
    return new AttentionOp.Attrs(
        scale.isNumber() ? scale.asDouble() : 1 / Math.sqrt(width),
        c.attr("causal").asBoolean(false) || c.attr("is_causal").asBoolean(false),
        c.attr("window").asLong(0),
        0,
        0,
        0);
  }

  /** Zero where truth values equal {@code visible}, {@link AttentionOp#MASKED} elsewhere. */
  private static Tensor additive(Tensor mask, boolean visible) {
    if (mask == null || mask.dtype() != DType.BOOL) {
      return mask;
    }
    Tensor zero = Tensor.scalar(0, DType.F32, mask.device());
    Tensor low = Tensor.scalar(AttentionOp.MASKED, DType.F32, mask.device());
    return visible ? Tensor.where(mask, zero, low) : Tensor.where(mask, low, zero);
  }

  private static Tensor rotary(RecipeCase c) {
    RotaryOp.Attrs attrs =
        new RotaryOp.Attrs(
            c.attr("rotary_dim").asInt((int) c.x("x").dim(-1)),
            c.attr("style").asText("half").equals("interleaved"),
            c.attr("theta").asDouble(10000));
    return Dispatcher.call(RotaryOp.INSTANCE, attrs, c.x("x"), c.x("pos"), c.orNull("inv_freq"));
  }

  private static Tensor[] multiHead(RecipeCase c) {
    Tensor x = c.x("x");
    int heads = c.axis("num_heads");
    long hidden = x.dim(2);
    Tensor projected =
        x.linear(c.x("w_in"), c.orNull("b_in"))
            .reshape(x.dim(0), x.dim(1), 3, heads, hidden / heads)
            .permute(2, 0, 3, 1, 4);
    Tensor padding = additive(c.orNull("key_padding_mask"), false);
    Tensor mask = padding == null ? null : padding.unsqueeze(1).unsqueeze(1);
    Tensor[] y =
        attention(
            projected.select(0, 0),
            projected.select(0, 1),
            projected.select(0, 2),
            mask,
            attrs(c, hidden / heads));
    Tensor merged = y[0].permute(0, 2, 1, 3).reshape(x.dim(0), x.dim(1), hidden);
    return new Tensor[] {merged.linear(c.x("w_out"), c.orNull("b_out")), y[1]};
  }
}
