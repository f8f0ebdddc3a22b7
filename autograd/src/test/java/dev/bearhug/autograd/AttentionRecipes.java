package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AttentionOp;

/** Attention and rotary positions. */
final class AttentionRecipes {

  private AttentionRecipes() {}

  static void register(RecipeTable t) {
    t.longSums("scaled_dot_product_attention");
    // The weights are a by-product without gradient; the definition gives the gradient of both.
    t.put(
        "scaled_dot_product_attention",
        new Recipe(
            j -> true,
            c -> Dispatcher.apply(AttentionOp.INSTANCE, attention(c), attentionInputs(c)),
            c -> AttentionOp.INSTANCE.compose(attentionInputs(c), attention(c))));
  }

  private static AttentionOp.Attrs attention(RecipeCase c) {
    return new AttentionOp.Attrs(
        c.attr("scale").asDouble(), c.attr("causal").asBoolean(false), 0, 0, 0);
  }

  private static Tensor[] attentionInputs(RecipeCase c) {
    Tensor mask = c.orNull("mask");
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
