package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.BatchNormOp;
import dev.bearhug.tensor.op.std.BceOp;
import dev.bearhug.tensor.op.std.BceWithLogitsOp;
import dev.bearhug.tensor.op.std.CosineEmbeddingLossOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.GroupNormOp;
import dev.bearhug.tensor.op.std.HingeEmbeddingLossOp;
import dev.bearhug.tensor.op.std.HuberLossOp;
import dev.bearhug.tensor.op.std.KlDivOp;
import dev.bearhug.tensor.op.std.L1LossOp;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.MarginRankingLossOp;
import dev.bearhug.tensor.op.std.MseLossOp;
import dev.bearhug.tensor.op.std.MultiMarginLossOp;
import dev.bearhug.tensor.op.std.NllLossOp;
import dev.bearhug.tensor.op.std.RmsNormOp;
import dev.bearhug.tensor.op.std.SmoothL1LossOp;
import dev.bearhug.tensor.op.std.SoftCrossEntropyOp;
import dev.bearhug.tensor.op.std.SoftMarginLossOp;
import dev.bearhug.tensor.op.std.TripletMarginLossOp;
import dev.bearhug.tensor.op.std.WeightedCrossEntropyOp;
import java.util.function.Function;

/** Normalisations and losses. */
final class NormRecipes {

  private NormRecipes() {}

  static void register(RecipeTable t) {
    norms(t);
    classLosses(t);
    elementLosses(t);
    vectorLosses(t);
  }

  private static double eps(RecipeCase c) {
    return c.attr("eps").asDouble(1e-5);
  }

  private static void norms(RecipeTable t) {
    t.one(
        "layer_norm",
        c ->
            call(
                c,
                LayerNormOp.INSTANCE,
                new LayerNormOp.Attrs(eps(c), Math.max(1, c.attr("normalized_shape").size())),
                "x",
                "weight",
                "bias"));
    t.one(
        "rms_norm",
        c ->
            call(
                c,
                RmsNormOp.INSTANCE,
                new RmsNormOp.Attrs(eps(c), c.attr("unit_offset").asBoolean(false)),
                "x",
                "weight"));
    t.many(
        "batch_norm",
        c ->
            all(
                c,
                BatchNormOp.INSTANCE,
                new BatchNormOp.Attrs(
                    c.attr("training").asBoolean(), c.attr("momentum").asDouble(0.1), eps(c)),
                "x",
                "weight",
                "bias",
                "running_mean",
                "running_var"));
    group(t, "group_norm", c -> c.attr("num_groups").asLong());
    group(t, "instance_norm", c -> c.x("x").dim(1));
  }

  private static void group(RecipeTable t, String name, Function<RecipeCase, Long> groups) {
    t.one(
        name,
        c ->
            call(
                c,
                GroupNormOp.INSTANCE,
                new GroupNormOp.Attrs(groups.apply(c), eps(c)),
                "x",
                "weight",
                "bias"));
  }

  private static long ignored(RecipeCase c) {
    return c.attr("ignore_index").asLong(CrossEntropyOp.IGNORE);
  }

  private static double smoothing(RecipeCase c) {
    return c.attr("label_smoothing").asDouble(0);
  }

  private static void classLosses(RecipeTable t) {
    t.one(
        "cross_entropy",
        c ->
            call(
                c,
                WeightedCrossEntropyOp.INSTANCE,
                new CrossEntropyOp.Attrs(ignored(c), smoothing(c), c.reduction()),
                "logits",
                "target",
                "weight"));
    t.one(
        "cross_entropy_soft",
        c ->
            call(
                c,
                SoftCrossEntropyOp.INSTANCE,
                new SoftCrossEntropyOp.Attrs(smoothing(c), c.reduction()),
                "logits",
                "target",
                "weight"));
    t.one(
        "nll_loss",
        c ->
            call(
                c,
                NllLossOp.INSTANCE,
                new NllLossOp.Attrs(ignored(c), c.reduction()),
                "logp",
                "target",
                "weight"));
    t.one(
        "multi_margin_loss",
        c ->
            call(
                c,
                MultiMarginLossOp.INSTANCE,
                new MultiMarginLossOp.Attrs(
                    c.attr("p").asInt(1), c.attr("margin").asDouble(1), c.reduction()),
                "x",
                "target",
                "weight"));
  }

  private static void elementLosses(RecipeTable t) {
    t.one(
        "binary_cross_entropy_with_logits",
        c ->
            call(
                c, BceWithLogitsOp.INSTANCE, c.reduction(), "x", "target", "weight", "pos_weight"));
    t.one(
        "binary_cross_entropy",
        c -> call(c, BceOp.INSTANCE, c.reduction(), "p", "target", "weight"));
    pair(t, "mse_loss", MseLossOp.INSTANCE, RecipeCase::reduction);
    pair(t, "l1_loss", L1LossOp.INSTANCE, RecipeCase::reduction);
    pair(t, "soft_margin_loss", SoftMarginLossOp.INSTANCE, RecipeCase::reduction);
    pair(
        t,
        "smooth_l1_loss",
        SmoothL1LossOp.INSTANCE,
        c -> new SmoothL1LossOp.Attrs(c.attr("beta").asDouble(1), c.reduction()));
    pair(
        t,
        "huber_loss",
        HuberLossOp.INSTANCE,
        c -> new HuberLossOp.Attrs(c.attr("delta").asDouble(1), c.reduction()));
    pair(
        t,
        "hinge_embedding_loss",
        HingeEmbeddingLossOp.INSTANCE,
        c -> new HingeEmbeddingLossOp.Attrs(margin(c, 1), c.reduction()));
    t.one(
        "kl_div",
        c ->
            call(
                c,
                KlDivOp.INSTANCE,
                new KlDivOp.Attrs(c.attr("log_target").asBoolean(false), c.reduction()),
                "logp",
                "target"));
  }

  private static double margin(RecipeCase c, double usual) {
    return c.attr("margin").asDouble(usual);
  }

  private static void vectorLosses(RecipeTable t) {
    t.one(
        "margin_ranking_loss",
        c ->
            call(
                c,
                MarginRankingLossOp.INSTANCE,
                new MarginRankingLossOp.Attrs(margin(c, 0), c.reduction()),
                "a",
                "b",
                "y"));
    t.one(
        "cosine_embedding_loss",
        c ->
            call(
                c,
                CosineEmbeddingLossOp.INSTANCE,
                new CosineEmbeddingLossOp.Attrs(margin(c, 0), c.reduction()),
                "a",
                "b",
                "y"));
    t.one(
        "triplet_margin_loss",
        c ->
            call(
                c,
                TripletMarginLossOp.INSTANCE,
                new TripletMarginLossOp.Attrs(
                    margin(c, 1),
                    c.attr("p").asDouble(2),
                    c.attr("eps").asDouble(1e-6),
                    c.attr("swap").asBoolean(false),
                    c.reduction()),
                "a",
                "p",
                "n"));
  }

  private static <A> void pair(
      RecipeTable t, String name, Op<A> op, Function<RecipeCase, A> attrs) {
    t.one(name, c -> call(c, op, attrs.apply(c), "x", "target"));
  }

  private static <A> Tensor call(RecipeCase c, Op<A> op, A attrs, String... inputs) {
    return all(c, op, attrs, inputs)[0];
  }

  /** Calls an op with the inputs of these names, absent ones as null. */
  private static <A> Tensor[] all(RecipeCase c, Op<A> op, A attrs, String... inputs) {
    Tensor[] in = new Tensor[inputs.length];
    for (int i = 0; i < in.length; i++) {
      in[i] = c.orNull(inputs[i]);
    }
    return Dispatcher.apply(op, attrs, in);
  }
}
