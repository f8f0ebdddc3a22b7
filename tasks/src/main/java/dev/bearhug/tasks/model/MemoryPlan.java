package dev.bearhug.tasks.model;

import dev.bearhug.nn.Parameter;
import dev.bearhug.tasks.config.OptimizerKind;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.List;

/**
 * What training a model will cost in memory, by category.
 *
 * <p>Weights, gradients and optimizer state are exact; activations are an estimate of what is kept
 * for the backward pass of the longest possible batch; the peak of real runs lies up to a tenth
 * below.
 *
 * @param parameters number of weights
 * @param trainable number of weights that are trained
 * @param weightBytes the weights
 * @param gradientBytes the gradients of the trained weights
 * @param optimizerBytes the optimizer's moments
 * @param activationBytes estimate of the activations of one forward pass
 */
public record MemoryPlan(
    long parameters,
    long trainable,
    long weightBytes,
    long gradientBytes,
    long optimizerBytes,
    long activationBytes) {

  /** Vectors of the model's width that a block keeps for each token. */
  private static final int KEPT_HIDDEN = 8;

  /** Vectors of the feed-forward width that a block keeps for each token. */
  private static final int KEPT_INNER = 2;

  /** Numbers that a block keeps for each pair of tokens and head. */
  private static final int KEPT_SCORES = 2;

  private static final int BYTES = Float.BYTES;

  /**
   * Computes the plan.
   *
   * @param model the model
   * @param train batch size, optimizer and checkpointing
   * @param tokens tokens of the longest example
   */
  public static MemoryPlan of(PretrainedModel model, TrainSection train, int tokens) {
    List<Parameter> all = model.parameters();
    long parameters = all.stream().mapToLong(Parameter::numel).sum();
    long trainable = all.stream().filter(Parameter::isTrainable).mapToLong(Parameter::numel).sum();
    int moments = train.optimizer() == OptimizerKind.ADAMW ? 2 : train.momentum() > 0 ? 1 : 0;
    return new MemoryPlan(
        parameters,
        trainable,
        parameters * BYTES,
        trainable * BYTES,
        moments * trainable * BYTES,
        activations((BertConfig) model.config(), train, tokens));
  }

  private static long activations(BertConfig config, TrainSection train, int tokens) {
    long slots = (long) train.batchSize() * tokens;
    long block =
        slots
            * ((long) KEPT_HIDDEN * config.hidden()
                + (long) KEPT_INNER * config.inner()
                + (long) KEPT_SCORES * config.heads() * tokens)
            * BYTES;
    long boundary = slots * config.hidden() * BYTES;
    // With checkpointing one block at a time is computed again from its input.
    return train.checkpointing()
        ? config.layers() * boundary + block
        : config.layers() * block + 3 * boundary;
  }

  /** Returns the share of the weights that is trained, 0 to 1. */
  public double trainableShare() {
    return parameters == 0 ? 0 : (double) trainable / parameters;
  }

  /** Returns the sum of all categories. */
  public long totalBytes() {
    return weightBytes + gradientBytes + optimizerBytes + activationBytes;
  }
}
