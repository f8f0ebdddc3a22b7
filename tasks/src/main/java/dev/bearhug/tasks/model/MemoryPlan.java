package dev.bearhug.tasks.model;

import dev.bearhug.autograd.CheckpointPolicy;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tasks.config.OptimizerKind;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.List;
import java.util.function.Predicate;

/**
 * What training a model will cost in memory, by category.
 *
 * <p>Weights, their copies, gradients and optimizer state are exact, as the pool of buffers rounds
 * them; activations are an estimate of what is kept for the backward pass of the largest batch. The
 * peak is less than the sum: while the backward pass makes gradients it gives activations back.
 *
 * @param parameters number of weights
 * @param trainable number of weights that are trained
 * @param weightBytes the weights
 * @param copyBytes the copies of weights in bf16; 0 in single precision
 * @param gradientBytes the gradients of the trained weights
 * @param optimizerBytes the optimizer's moments
 * @param activationBytes estimate of the activations of one forward pass
 * @param peakBytes estimate of the most that is held at once
 */
public record MemoryPlan(
    long parameters,
    long trainable,
    long weightBytes,
    long copyBytes,
    long gradientBytes,
    long optimizerBytes,
    long activationBytes,
    long peakBytes) {

  /**
   * Vectors of the model's width that a block keeps for each token: its input, queries, keys,
   * values, the context, both sums before the norms, the result of the first norm.
   */
  private static final int KEPT_HIDDEN = 8;

  /** Vectors of the feed-forward width that a block keeps: before and after the activation. */
  private static final int KEPT_INNER = 2;

  /** Of those of the model's width, the results of norms, which can be recomputed. */
  private static final int RECOMPUTED_HIDDEN = 2;

  /** Of those of the feed-forward width, the result of the activation, likewise. */
  private static final int RECOMPUTED_INNER = 1;

  /** Single numbers that a block keeps for each token: mean and deviation of both norms. */
  private static final int KEPT_STATISTICS = 4;

  /** Single numbers for each token and head: maximum and sum of the scores. */
  private static final int KEPT_PER_HEAD = 2;

  /** Vectors of the model's width outside of blocks: sum and norm of the embeddings, output. */
  private static final int KEPT_OUTSIDE = 3;

  /**
   * Vectors that the backward pass of a block holds beyond what was kept: the gradient of the inner
   * part, whose second one comes when what it was made of is released...
   */
  private static final int MOMENT_INNER = 1;

  /** ... and the gradients of both branches of the residual sum. */
  private static final int MOMENT_HIDDEN = 2;

  /**
   * Computes the plan.
   *
   * @param model the model
   * @param train batch size, optimizer and checkpointing
   * @param precision type of matrix products and activations
   * @param slots tokens of the largest batch; padding takes no part in blocks
   */
  public static MemoryPlan of(
      PretrainedModel model, TrainSection train, DType precision, long slots) {
    List<Parameter> all = model.parameters();
    long parameters = all.stream().mapToLong(Parameter::numel).sum();
    long trainable = all.stream().filter(Parameter::isTrainable).mapToLong(Parameter::numel).sum();
    int moments = train.optimizer() == OptimizerKind.ADAMW ? 2 : train.momentum() > 0 ? 1 : 0;
    long weights = bytes(all, p -> true, Float.BYTES);
    // Matrices and tables are lowered, biases and norms are not.
    long copies =
        precision == DType.F32 ? 0 : bytes(all, p -> p.tensor().rank() > 1, precision.bytes());
    long gradients = bytes(all, Parameter::isTrainable, Float.BYTES);
    long state = moments * gradients;
    BertConfig config = (BertConfig) model.config();
    long outside = KEPT_OUTSIDE * buffer(slots * config.hidden(), precision);
    long activations = activations(config, train, precision, slots, outside);
    boolean lean = train.checkpointing() == CheckpointPolicy.MEMORY_BOUND_OPS;
    long moment =
        (lean ? MOMENT_INNER + RECOMPUTED_INNER : MOMENT_INNER)
                * buffer(slots * config.inner(), precision)
            + MOMENT_HIDDEN * buffer(slots * config.hidden(), precision);
    // Accumulated gradients stay while the next batch runs.
    long collected = train.accumulate() > 1 ? gradients : 0;
    long changing = Math.max(collected + activations + moment, gradients + outside);
    return new MemoryPlan(
        parameters,
        trainable,
        weights,
        copies,
        gradients,
        state,
        activations,
        weights + copies + state + changing);
  }

  private static long bytes(List<Parameter> all, Predicate<Parameter> which, int each) {
    return all.stream().filter(which).mapToLong(p -> SegmentPool.bytesFor(p.numel() * each)).sum();
  }

  private static long buffer(long numbers, DType type) {
    return SegmentPool.bytesFor(numbers * type.bytes());
  }

  private static long activations(
      BertConfig config, TrainSection train, DType type, long slots, long outside) {
    boolean lean = train.checkpointing() == CheckpointPolicy.MEMORY_BOUND_OPS;
    long block =
        (lean ? KEPT_HIDDEN - RECOMPUTED_HIDDEN : KEPT_HIDDEN)
                * buffer(slots * config.hidden(), type)
            + (lean ? KEPT_INNER - RECOMPUTED_INNER : KEPT_INNER)
                * buffer(slots * config.inner(), type)
            + KEPT_STATISTICS * buffer(slots, DType.F32)
            + KEPT_PER_HEAD * buffer(slots * config.heads(), DType.F32);
    // With checkpointing by block, one block at a time is computed again from its input.
    return outside
        + (train.checkpointing() == CheckpointPolicy.EACH_BLOCK
            ? config.layers() * buffer(slots * config.hidden(), type) + block
            : config.layers() * block);
  }

  /** Returns the share of the weights that is trained, 0 to 1. */
  public double trainableShare() {
    return parameters == 0 ? 0 : (double) trainable / parameters;
  }
}
