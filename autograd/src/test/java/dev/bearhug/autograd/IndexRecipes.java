package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.EmbeddingOp;
import dev.bearhug.tensor.op.std.ScatterAddOp;
import java.util.ArrayList;
import java.util.List;

/** Matrix products, views, joins, indexing, embeddings, convolution and pooling. */
final class IndexRecipes {

  private IndexRecipes() {}

  static void register(RecipeTable t) {
    products(t);
    views(t);
    indexing(t);
  }

  private static void products(RecipeTable t) {
    t.longSums("matmul", "linear", "addmm", "baddbmm");
    t.one(
        "matmul",
        j -> RecipeTable.rank(j, "a") >= 2 && RecipeTable.rank(j, "b") >= 2,
        c -> c.x("a").matmul(c.x("b")));
    t.one("linear", c -> c.x("input").linear(c.x("weight"), c.orNull("bias")));
    t.one("addmm", c -> c.x("input").add(c.x("mat1").matmul(c.x("mat2"))));
    t.one("baddbmm", IndexRecipes::baddbmm);
  }

  private static void views(RecipeTable t) {
    t.one("cat", c -> Tensor.cat(c.axis("dim"), c.all()));
    t.one("stack", c -> Tensor.stack(c.axis("dim"), c.all()));
    t.one("permute", c -> c.x().permute(c.axes("dims")));
    t.one("expand", IndexRecipes::expand);
    t.many("split", IndexRecipes::split);
  }

  private static void indexing(RecipeTable t) {
    t.one(
        "embedding",
        j -> !j.at("/attrs/scale_grad_by_freq").asBoolean(false),
        c ->
            Dispatcher.call(
                EmbeddingOp.INSTANCE,
                new EmbeddingOp.Attrs(c.attr("padding_idx").asLong(-1)),
                c.x("weight"),
                c.x("ids")));
    t.one("gather", c -> c.x("x").gather(c.axis("dim"), c.x("index")));
    t.one("take_along_dim", c -> c.x("x").gather(c.axis("dim"), c.x("index")));
    t.one(
        "scatter_add",
        c ->
            Dispatcher.call(
                ScatterAddOp.INSTANCE, c.axis("dim"), c.x("x"), c.x("index"), c.x("src")));
  }

  private static Tensor baddbmm(RecipeCase c) {
    Tensor product = c.x("b1").matmul(c.x("b2")).mul(c.attr("alpha").asDouble());
    return c.x("input").mul(c.attr("beta").asDouble()).add(product);
  }

  private static Tensor expand(RecipeCase c) {
    JsonNode sizes = c.attr("sizes");
    long[] dims = new long[sizes.size()];
    for (int i = 0; i < dims.length; i++) {
      long size = sizes.get(i).asLong();
      dims[i] = size == -1 ? c.x().dim(i - dims.length) : size;
    }
    return c.x().expand(dims);
  }

  private static Tensor[] split(RecipeCase c) {
    List<Tensor> parts = new ArrayList<>();
    long start = 0;
    for (JsonNode size : c.attr("sizes")) {
      parts.add(c.x().slice(c.axis("dim"), start, start + size.asLong()));
      start += size.asLong();
    }
    return parts.toArray(new Tensor[0]);
  }
}
