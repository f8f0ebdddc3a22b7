package dev.bearhug.nn.loss;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.op.std.Reduction;
import java.util.Locale;

/** How the cases of the reference values are computed here: outputs by name, with the loss. */
final class LossRecipes {

  static final String LOSS = "loss";

  private LossRecipes() {}

  static TensorMap run(LossCase c) {
    return switch (c.kind()) {
      case "focal" -> focal(c);
      case "label_smoothing" -> labelSmoothing(c);
      case "dice" -> loss(dice(c));
      case "triplet" ->
          loss(
              new Triplet(distance(c), c.number("margin"))
                  .forward(c.x("anchor"), c.x("positive"), c.x("negative")));
      case "contrastive" ->
          loss(
              new Contrastive(distance(c), c.number("margin"), c.reduction() == Reduction.MEAN)
                  .forward(c.x("a"), c.x("b"), c.x("labels")));
      case "cosine_similarity" -> loss(CosineSimilarity.loss(c.x("a"), c.x("b"), c.x("labels")));
      case "supervised_contrastive" -> loss(supervisedContrastive(c));
      case "simcse" -> simCse(c);
      case "info_nce" -> loss(infoNce(c));
      case "r_drop" -> rDrop(c);
      case "r_drop_kl" ->
          loss(SymmetricKl.of(c.x("logits1"), c.x("logits2"), Reduction.BATCH_MEAN));
      case "distillation" -> distillation(c);
      case "pairwise" -> pairwise(c);
      case "dpo" -> c.form().startsWith("from_logits") ? dpoFromLogits(c) : dpo(c);
      case "ppo" -> ppo(c);
      case "gpt_lm" -> loss(LanguageModel.loss(c.x("logits"), c.x("labels")));
      default -> throw new IllegalArgumentException("no recipe for " + c.kind());
    };
  }

  private static TensorMap loss(Tensor loss) {
    return TensorMap.of(LOSS, loss);
  }

  private static TensorMap focal(LossCase c) {
    JsonNode alpha = c.options().get("alpha");
    Tensor weight = c.orNull("weight");
    if (alpha != null) {
      float[] values = new float[alpha.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) alpha.get(i).asDouble();
      }
      weight = Tensor.of(values).to(c.x("logits").device());
    }
    return loss(
        new Focal(
                c.number("gamma"),
                (long) c.number("ignore_index", CrossEntropy.IGNORE),
                alpha == null ? Reduction.MEAN : Reduction.BATCH_MEAN)
            .forward(c.x("logits"), c.x("labels"), weight));
  }

  private static TensorMap labelSmoothing(LossCase c) {
    Tensor y =
        new LabelSmoothing(
                c.number("epsilon"),
                (long) c.number("ignore_index", CrossEntropy.IGNORE),
                c.reduction())
            .forward(c.x("logits"), c.x("labels"));
    return loss(y.sum()).put("per_row", y);
  }

  private static Tensor dice(LossCase c) {
    Dice dice = new Dice(c.number("alpha"), c.number("smooth"), c.flag("square_denominator"));
    Tensor logits = c.x("logits");
    Tensor labels = c.x("labels");
    return c.form().startsWith("binary")
        ? dice.binary(logits, labels, c.orNull("mask"))
        : c.form().startsWith("paper")
            ? dice.selfAdjusting(logits, labels)
            : dice.rowwise(logits, labels);
  }

  private static Distance distance(LossCase c) {
    return Distance.valueOf(c.text("distance").toUpperCase(Locale.ROOT));
  }

  private static Tensor supervisedContrastive(LossCase c) {
    Tensor z = c.x("features");
    Tensor unit = z.div(z.square().sum(true, -1).sqrt());
    double t = c.number("temperature");
    return new SupervisedContrastive(
            t, c.number("base_temperature", t), !c.text("anchors").equals("one"))
        .forward(unit, c.options().path("use_labels").asBoolean(true) ? c.x("labels") : null);
  }

  private static TensorMap simCse(LossCase c) {
    Tensor z = c.x("pooled").linear(c.x("dense.weight"), c.x("dense.bias")).tanh();
    SimCse loss = new SimCse(c.number("temperature"), c.number("hard_negative_weight", 0));
    Tensor similarities = loss.similarities(z);
    return loss(loss.loss(similarities)).put("similarities", similarities);
  }

  private static Tensor infoNce(LossCase c) {
    InfoNce loss = new InfoNce(c.number("temperature"));
    return switch (c.text("kind")) {
      case "in_batch" -> loss.inBatch(c.x("query"), c.x("key"));
      case "symmetric" -> loss.symmetric(c.x("query"), c.x("key"));
      default -> loss.explicit(c.x("query"), c.x("key"), c.x("negatives"));
    };
  }

  private static TensorMap rDrop(LossCase c) {
    double alpha = c.number("alpha", 1);
    RDrop loss =
        c.form().startsWith("batch_mean")
            ? RDrop.batchMean(alpha)
            : c.form().startsWith("official") ? RDrop.official(alpha) : RDrop.hugNlp(alpha);
    Tensor p = c.x("logits1");
    Tensor q = c.x("logits2");
    return loss(loss.forward(p, q, c.x("labels")))
        .put("kl_symmetric", SymmetricKl.of(p, q, loss.reduction()))
        .put("kl_pq", SymmetricKl.divergence(p, q, Reduction.SUM))
        .put("kl_qp", SymmetricKl.divergence(q, p, Reduction.SUM));
  }

  private static TensorMap distillation(LossCase c) {
    Distillation loss = new Distillation(c.number("temperature"), c.number("weight"));
    Tensor student = c.x("student");
    Tensor teacher = c.x("teacher");
    return loss(loss.forward(student, teacher, c.orNull("labels")))
        .put("soft", loss.soft(student, teacher));
  }

  private static TensorMap pairwise(LossCase c) {
    Tensor chosen = c.x("chosen");
    Tensor rejected = c.x("rejected");
    Tensor margin = c.orNull("margin");
    return loss(margin == null
            ? PairwiseRanking.loss(chosen, rejected)
            : PairwiseRanking.loss(chosen, rejected, margin))
        .put("accuracy", PairwiseRanking.accuracy(chosen, rejected));
  }

  private static DirectPreference preference(LossCase c) {
    return new DirectPreference(
        c.number("beta"), c.number("label_smoothing", 0), c.flag("ipo"), c.flag("reference_free"));
  }

  private static TensorMap dpo(LossCase c) {
    DirectPreference loss = preference(c);
    Tensor losses =
        loss.losses(
            c.x("policy_chosen"),
            c.x("policy_rejected"),
            c.x("reference_chosen"),
            c.x("reference_rejected"));
    return loss(losses.mean())
        .put("per_row", losses)
        .put("chosen_rewards", loss.rewards(c.x("policy_chosen"), c.x("reference_chosen")))
        .put("rejected_rewards", loss.rewards(c.x("policy_rejected"), c.x("reference_rejected")));
  }

  private static TensorMap dpoFromLogits(LossCase c) {
    boolean average = c.flag("average_log_prob");
    Tensor labels = c.x("labels");
    Tensor policy = LanguageModel.logProbabilities(c.x("policy_logits"), labels, average);
    Tensor reference = LanguageModel.logProbabilities(c.x("reference_logits"), labels, average);
    long half = policy.dim(0) / 2;
    long all = policy.dim(0);
    Tensor losses =
        preference(c)
            .losses(
                policy.slice(0, 0, half),
                policy.slice(0, half, all),
                reference.slice(0, 0, half),
                reference.slice(0, half, all));
    return loss(losses.mean()).put("policy_logps", policy).put("reference_logps", reference);
  }

  private static TensorMap ppo(LossCase c) {
    if (c.form().startsWith("gae")) {
      return proximal(c);
    }
    if (c.form().contains("value")) {
      return loss(
          new ClippedPolicy(c.number("clip", 0.4))
              .valueLoss(c.x("values"), c.x("old_values"), c.x("returns")));
    }
    ClippedPolicy policy = new ClippedPolicy(c.number("clip", 0.2));
    Tensor logProbs = c.x("log_probs");
    Tensor old = c.x("old_log_probs");
    Tensor advantages = c.x("advantages");
    return loss(
        c.flag("mask")
            ? policy.policyLossByRow(logProbs, old, advantages, c.x("mask"))
            : policy.policyLoss(logProbs, old, advantages));
  }

  private static TensorMap proximal(LossCase c) {
    TokenRewards.Penalty penalty =
        switch (c.text("kl_penalty")) {
          case "kl" -> TokenRewards.Penalty.DIFFERENCE;
          case "abs" -> TokenRewards.Penalty.ABSOLUTE;
          default -> TokenRewards.Penalty.SQUARE;
        };
    TokenRewards tokens = new TokenRewards(penalty, c.number("kl_coefficient"));
    Tensor mask = c.x("mask");
    Tensor old = c.x("old_log_probs");
    Tensor reference = c.x("reference_log_probs");
    Tensor rewards = tokens.of(old, reference, c.x("scores"), mask);
    AdvantageEstimator.Estimate estimate =
        new AdvantageEstimator(c.number("gamma"), c.number("lambda"), c.flag("whiten_rewards"))
            .of(rewards, c.x("values"), mask);
    Tensor policy =
        new ClippedPolicy(c.number("clip"))
            .policyLoss(c.x("log_probs"), old, estimate.advantages(), mask);
    Tensor value =
        new ClippedPolicy(c.number("value_clip"))
            .valueLoss(c.x("value_predictions"), c.x("values"), estimate.returns(), mask)
            .mul(c.number("vf_coef"));
    return loss(policy.add(value))
        .put("rewards", rewards)
        .put("kl", tokens.distance(old, reference))
        .put("advantages_whitened", estimate.advantages())
        .put("returns", estimate.returns())
        .put("policy_loss", policy)
        .put("value_loss_times_vf_coef", value)
        .put("entropy", ClippedPolicy.entropy(c.x("logits"), mask));
  }
}
