package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Indexing;
import dev.bearhug.tensor.Products;
import dev.bearhug.tensor.Spatial;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.Conv2dOp;
import dev.bearhug.tensor.op.std.EmbeddingOp;
import dev.bearhug.tensor.op.std.PadOp;
import dev.bearhug.tensor.op.std.PoolWindow;
import dev.bearhug.tensor.op.std.RollOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** Matrix products, views, joins, indexing, embeddings, convolution and pooling. */
final class IndexRecipes {

  private IndexRecipes() {}

  static void register(RecipeTable t) {
    products(t);
    views(t);
    copies(t);
    indexing(t);
    spatial(t);
  }

  private static void products(RecipeTable t) {
    t.longSums("matmul", "linear", "addmm", "baddbmm", "einsum", "conv1d", "conv2d");
    t.one("matmul", c -> c.x("a").matmul(c.x("b")));
    t.one("linear", c -> c.x("input").linear(c.x("weight"), c.orNull("bias")));
    t.one(
        "addmm",
        c ->
            Products.addmm(
                c.x("input"),
                c.x("mat1"),
                c.x("mat2"),
                c.attr("beta").asDouble(1),
                c.attr("alpha").asDouble(1)));
    t.one(
        "baddbmm",
        c ->
            Products.baddbmm(
                c.x("input"),
                c.x("b1"),
                c.x("b2"),
                c.attr("beta").asDouble(1),
                c.attr("alpha").asDouble(1)));
    t.one("outer", c -> c.x("a").outer(c.x("b")));
    t.one("dot", c -> c.x("a").dot(c.x("b")));
    t.one("einsum", c -> Tensor.einsum(c.attr("equation").asText(), c.all()));
  }

  private static void views(RecipeTable t) {
    t.one("cat", c -> Tensor.cat(c.axis("dim"), c.all()));
    t.one("stack", c -> Tensor.stack(c.axis("dim"), c.all()));
    t.many("split", IndexRecipes::split);
    t.many("chunk", c -> c.x().chunk(c.axis("dim"), c.attr("chunks").asLong()));
    t.one("permute", c -> c.x().permute(c.axes("dims")));
    t.one("expand", c -> c.x().expand(longs(c.attr("sizes"))));
    t.one("slice", IndexRecipes::slice);
    t.one(
        "unfold",
        c -> c.x().unfold(c.axis("dim"), c.attr("size").asLong(), c.attr("step").asLong()));
    t.one(
        "diagonal",
        c ->
            c.x()
                .diagonal(
                    c.attr("offset").asLong(0), c.attr("dim1").asInt(0), c.attr("dim2").asInt(1)));
    t.one("flatten", c -> c.x().flatten(c.axis("start_dim"), c.attr("end_dim").asInt(-1)));
  }

  private static void copies(RecipeTable t) {
    t.one(
        "pad",
        c ->
            c.x()
                .pad(
                    PadOp.Mode.valueOf(c.attr("mode").asText("constant").toUpperCase(Locale.ROOT)),
                    c.attr("value").asDouble(0),
                    longs(c.attr("pad"))));
    t.one(
        "roll",
        c ->
            RollOp.apply(
                c.x(),
                longs(c.attr("shifts")),
                c.attr("dims").isArray() || c.attr("dims").isInt() ? c.axes("dims") : new int[0]));
    t.one("flip", c -> c.x().flip(c.axes("dims")));
    t.one("repeat", c -> c.x().repeat(longs(c.attr("repeats"))));
    t.one(
        "repeat_interleave",
        c -> c.x().repeatInterleave(c.attr("repeats").asLong(), c.axis("dim")));
    t.one("tril", c -> c.x().tril(c.attr("diagonal").asLong(0)));
    t.one("triu", c -> c.x().triu(c.attr("diagonal").asLong(0)));
  }

  private static void indexing(RecipeTable t) {
    t.one("embedding", IndexRecipes::embedding);
    t.one("gather", c -> c.x("x").gather(c.axis("dim"), c.x("index")));
    t.one("take_along_dim", c -> c.x("x").takeAlongAxis(c.x("index"), c.axis("dim")));
    t.one("scatter", c -> Indexing.scatter(c.x("x"), c.axis("dim"), c.x("index"), c.x("src")));
    t.one(
        "scatter_add", c -> Indexing.scatterAdd(c.x("x"), c.axis("dim"), c.x("index"), c.x("src")));
    t.one("index_select", c -> c.x("x").indexSelect(c.axis("dim"), c.x("index")));
    t.one(
        "index_add",
        c ->
            Indexing.indexAdd(
                c.x("x"), c.axis("dim"), c.x("index"), c.x("src"), c.attr("alpha").asDouble(1)));
    t.one(
        "index_put",
        c ->
            c.attr("accumulate").asBoolean(false)
                ? Indexing.putAdd(c.x("x"), c.x("v"), indices(c))
                : Indexing.put(c.x("x"), c.x("v"), indices(c)));
    t.one("advanced_index", c -> Indexing.at(c.x("x"), indices(c)));
    t.one("masked_select", c -> c.x("x").maskedSelect(c.x("mask")));
    t.one("one_hot", c -> c.x().oneHot(c.attr("num_classes").asLong()));
    t.one("nonzero", c -> c.x().nonzero());
  }

  private static void spatial(RecipeTable t) {
    t.one(
        "conv1d",
        c ->
            Spatial.conv1d(
                c.x("x"),
                c.x("weight"),
                c.orNull("bias"),
                convAxis(c, 0),
                c.attr("groups").asLong(1)));
    t.one(
        "conv2d",
        c ->
            Spatial.conv2d(
                c.x("x"),
                c.x("weight"),
                c.orNull("bias"),
                convAxis(c, 0),
                convAxis(c, 1),
                c.attr("groups").asLong(1)));
    t.one("max_pool1d", c -> Spatial.maxPool1d(c.x(), window(c, 0), ceil(c)));
    t.one("max_pool2d", c -> Spatial.maxPool2d(c.x(), window(c, 0), window(c, 1), ceil(c)));
    t.one("avg_pool1d", c -> Spatial.avgPool1d(c.x(), window(c, 0), ceil(c), padding(c)));
    t.one(
        "avg_pool2d",
        c ->
            Spatial.avgPool2d(
                c.x(),
                window(c, 0),
                window(c, 1),
                ceil(c),
                padding(c),
                c.attr("divisor_override").asLong(0)));
  }

  private static Tensor embedding(RecipeCase c) {
    long padding = c.attr("padding_idx").asLong(-1);
    boolean given = c.attr("padding_idx").isNumber();
    return Dispatcher.call(
        EmbeddingOp.INSTANCE,
        new EmbeddingOp.Attrs(
            given && padding < 0 ? padding + c.x("weight").dim(0) : padding,
            c.attr("scale_grad_by_freq").asBoolean(false)),
        c.x("weight"),
        c.x("ids"));
  }

  /** A number or a list. */
  private static long[] longs(JsonNode node) {
    long[] values = new long[node.isArray() ? node.size() : 1];
    Arrays.setAll(values, i -> node.isArray() ? node.get(i).asLong() : node.asLong());
    return values;
  }

  private static Tensor[] split(RecipeCase c) {
    JsonNode sizes = c.attr("sizes");
    if (sizes.isArray()) {
      return c.x().split(c.axis("dim"), longs(sizes));
    }
    long size = c.x().dim(c.axis("dim"));
    long each = sizes.asLong();
    long[] parts = new long[(int) ((size + each - 1) / each)];
    Arrays.setAll(parts, i -> Math.min(each, size - i * each));
    return c.x().split(c.axis("dim"), parts);
  }

  /** The text between the brackets of a note such as {@code x[1:, ::2, -3:]}, cut at commas. */
  private static String[] brackets(RecipeCase c) {
    String note = c.json().path("note").asText();
    return note.substring(note.indexOf('[') + 1, note.indexOf(']')).split(",");
  }

  private static Tensor slice(RecipeCase c) {
    Tensor x = c.x();
    String[] ranges = brackets(c);
    for (int a = 0; a < ranges.length; a++) {
      String[] parts = (ranges[a].trim() + " ").split(":");
      long start = bound(parts[0], 0);
      long end = bound(parts[1], x.dim(a));
      x = x.slice(a, start, end, parts.length > 2 ? bound(parts[2], 1) : 1);
    }
    return x;
  }

  private static long bound(String text, long absent) {
    return text.isBlank() ? absent : Long.parseLong(text.trim());
  }

  /** The index tensors of a case, null for whole axes; a note may give their places. */
  private static Tensor[] indices(RecipeCase c) {
    List<Tensor> indices = new ArrayList<>();
    if (c.json().path("note").asText().contains("[")) {
      for (String name : brackets(c)) {
        indices.add(c.orNull(name.trim()));
      }
      return indices.toArray(new Tensor[0]);
    }
    for (Iterator<String> names = c.json().get("inputs").fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (name.matches("i\\d+")) {
        indices.add(c.x(name));
      }
    }
    return indices.toArray(new Tensor[0]);
  }

  /** A number per axis, or one for all axes. */
  private static long along(JsonNode node, int axis, long absent) {
    return node.isArray() ? node.get(axis).asLong() : node.asLong(absent);
  }

  private static Conv2dOp.Axis convAxis(RecipeCase c, int axis) {
    long dilation = along(c.attr("dilation"), axis, 1);
    if (c.attr("padding").asText().equals("same")) {
      return Conv2dOp.Axis.same(c.x("weight").dim(2 + axis), dilation);
    }
    return Conv2dOp.Axis.of(
        along(c.attr("stride"), axis, 1), along(c.attr("padding"), axis, 0), dilation);
  }

  private static PoolWindow window(RecipeCase c, int axis) {
    long kernel = along(c.attr("kernel"), axis, 1);
    return new PoolWindow(
        kernel,
        along(c.attr("stride"), axis, kernel),
        along(c.attr("padding"), axis, 0),
        along(c.attr("dilation"), axis, 1));
  }

  private static boolean ceil(RecipeCase c) {
    return c.attr("ceil_mode").asBoolean(false);
  }

  private static boolean padding(RecipeCase c) {
    return c.attr("count_include_pad").asBoolean(true);
  }
}
