package dev.bearhug.tasks.config;

import dev.bearhug.autograd.CheckpointPolicy;
import dev.bearhug.nn.optim.LrSchedule;
import dev.bearhug.nn.optim.LrSchedules;
import dev.bearhug.tensor.error.Suggestions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model is trained.
 *
 * @param epochs passes over the train split, also a fraction of one; without effect when {@code
 *     maxSteps} is set
 * @param maxSteps number of optimizer steps, or {@code null}
 * @param batchSize examples of one forward pass
 * @param accumulate forward passes of one optimizer step
 * @param learningRate highest learning rate
 * @param schedule one of {@link LrSchedules#names()}
 * @param warmupSteps steps of linear warm-up, or {@code null}; excludes {@code warmupRatio}
 * @param warmupRatio share of all steps for the warm-up, or {@code null}
 * @param scheduleCycles waves of {@code cosine} or falls of {@code cosine_with_restarts}, or {@code
 *     null}
 * @param schedulePower exponent of {@code polynomial}, or {@code null}
 * @param finalLearningRate last rate of {@code polynomial}, or {@code null}
 * @param optimizer the optimizer
 * @param weightDecay decoupled decay, not applied to biases and layer norms
 * @param beta1 decay of the first moment of AdamW
 * @param beta2 decay of the second moment of AdamW
 * @param epsilon added to the root of the second moment of AdamW
 * @param momentum momentum of SGD
 * @param clipNorm largest joint norm of all gradients; {@code null}: not clipped
 * @param seed seed of initial weights, order of examples and dropout
 * @param evaluateEvery when the dev split is evaluated
 * @param saveEvery steps between checkpoints; {@code null}: at each evaluation only
 * @param earlyStoppingPatience evaluations without improvement before the run stops; {@code null}:
 *     never
 * @param metricForBest name of the metric that chooses the best checkpoint; {@code null}: accuracy,
 *     micro_f1 or pearson, by form of label
 * @param checkpointing what the backward pass computes again to save memory: {@code none}, {@code
 *     memory_bound_ops} or {@code each_block}
 * @param precision the numbers
 * @param groupByLength whether batches hold texts of similar length
 * @param threads threads of the CPU backend; {@code null}: all processors
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code reference}
 * @param logEvery steps between lines of the log of metrics
 */
public record TrainSection(
    double epochs,
    Integer maxSteps,
    int batchSize,
    int accumulate,
    double learningRate,
    String schedule,
    Integer warmupSteps,
    Double warmupRatio,
    Double scheduleCycles,
    Double schedulePower,
    Double finalLearningRate,
    OptimizerKind optimizer,
    double weightDecay,
    double beta1,
    double beta2,
    double epsilon,
    double momentum,
    Double clipNorm,
    long seed,
    Interval evaluateEvery,
    Integer saveEvery,
    Integer earlyStoppingPatience,
    String metricForBest,
    CheckpointPolicy checkpointing,
    Precision precision,
    boolean groupByLength,
    Integer threads,
    String device,
    int logEvery) {

  private static final List<String> DEVICES = List.of("auto", "cpu", "cuda", "reference");

  /** Checks the values, each alone and those that exclude each other. */
  public TrainSection {
    Rules.require(epochs > 0 && epochs <= 1e6, "train.epochs", "must lie in (0, 1e6]", epochs);
    Rules.atLeast(1, "train.maxSteps", maxSteps);
    Rules.atLeast(1, "train.batchSize", batchSize);
    Rules.atLeast(1, "train.accumulate", accumulate);
    Rules.require(learningRate > 0, "train.learningRate", "must be above 0", learningRate);
    requireSchedule(schedule);
    Rules.atLeast(0, "train.warmupSteps", warmupSteps);
    Rules.probability("train.warmupRatio", warmupRatio);
    Rules.require(
        warmupSteps == null || warmupRatio == null,
        "train.warmupSteps",
        "excludes train.warmupRatio",
        warmupSteps);
    Rules.require(
        !schedule.equals("constant") || warmupSteps == null && warmupRatio == null,
        "train.schedule",
        "must be constant_with_warmup for a warm-up",
        schedule);
    requireOnlyFor("train.scheduleCycles", scheduleCycles, schedule, "cosine");
    requireOnlyFor("train.schedulePower", schedulePower, schedule, "polynomial");
    Rules.require(
        finalLearningRate == null || schedule.equals("polynomial"),
        "train.finalLearningRate",
        "is only for the schedule polynomial",
        finalLearningRate);
    Rules.require(
        finalLearningRate == null || finalLearningRate >= 0 && finalLearningRate < learningRate,
        "train.finalLearningRate",
        "must be at least 0 and below train.learningRate",
        finalLearningRate);
    Rules.require(weightDecay >= 0, "train.weightDecay", "must not be negative", weightDecay);
    Rules.probability("train.beta1", beta1);
    Rules.probability("train.beta2", beta2);
    Rules.require(epsilon > 0, "train.epsilon", "must be above 0", epsilon);
    Rules.probability("train.momentum", momentum);
    Rules.require(
        momentum == 0 || optimizer == OptimizerKind.SGD,
        "train.momentum",
        "is only for train.optimizer=sgd",
        momentum);
    Rules.require(
        clipNorm == null || clipNorm > 0,
        "train.clipNorm",
        "must be above 0, or null for no clipping",
        clipNorm);
    Rules.atLeast(1, "train.saveEvery", saveEvery);
    Rules.atLeast(1, "train.earlyStoppingPatience", earlyStoppingPatience);
    Rules.notBlank("train.metricForBest", metricForBest);
    Rules.atLeast(1, "train.threads", threads);
    Rules.require(
        DEVICES.contains(device),
        "train.device",
        "must be one of " + DEVICES + "." + Suggestions.didYouMean(device, DEVICES),
        device);
    Rules.atLeast(1, "train.logEvery", logEvery);
  }

  private static void requireSchedule(String name) {
    List<String> names = LrSchedules.names();
    Rules.require(
        names.contains(name),
        "train.schedule",
        "must be one of " + names + "." + Suggestions.didYouMean(name, names),
        name);
  }

  private static void requireOnlyFor(String key, Double value, String schedule, String prefix) {
    Rules.require(
        value == null || schedule.startsWith(prefix),
        key,
        "is only for schedules named " + prefix + "...",
        value);
    Rules.require(value == null || value > 0, key, "must be above 0", value);
  }

  /**
   * Returns the number of warm-up steps of a run.
   *
   * @param totalSteps optimizer steps of the whole run
   */
  public long warmup(long totalSteps) {
    if (warmupSteps != null) {
      return warmupSteps;
    }
    return warmupRatio == null ? 0 : (long) Math.ceil(warmupRatio * totalSteps);
  }

  /**
   * Returns the learning-rate schedule of a run.
   *
   * @param totalSteps optimizer steps of the whole run, warm-up included
   * @throws IllegalArgumentException when the warm-up leaves no step for the decay
   */
  public LrSchedule schedule(long totalSteps) {
    Map<String, Number> arguments = new TreeMap<>();
    if (!schedule.equals("constant")) {
      arguments.put("warmup", warmup(totalSteps));
    }
    if (!schedule.startsWith("constant") && !schedule.equals("inverse_sqrt")) {
      arguments.put("total", totalSteps);
    }
    putIfSet(arguments, "num_cycles", scheduleCycles);
    putIfSet(arguments, "power", schedulePower);
    putIfSet(arguments, "lr_end", finalLearningRate);
    return LrSchedules.named(schedule, learningRate, arguments);
  }

  private static void putIfSet(Map<String, Number> arguments, String name, Double value) {
    if (value != null) {
      arguments.put(name, value);
    }
  }

  TrainSection withThreads(int count) {
    return new TrainSection(
        epochs,
        maxSteps,
        batchSize,
        accumulate,
        learningRate,
        schedule,
        warmupSteps,
        warmupRatio,
        scheduleCycles,
        schedulePower,
        finalLearningRate,
        optimizer,
        weightDecay,
        beta1,
        beta2,
        epsilon,
        momentum,
        clipNorm,
        seed,
        evaluateEvery,
        saveEvery,
        earlyStoppingPatience,
        metricForBest,
        checkpointing,
        precision,
        groupByLength,
        count,
        device,
        logEvery);
  }
}
