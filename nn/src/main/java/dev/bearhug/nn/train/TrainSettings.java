package dev.bearhug.nn.train;

import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.tensor.DType;
import java.util.Objects;

/**
 * How long to train, and what happens in between. Immutable.
 *
 * <p>An evaluation is a reason to write a checkpoint, so are the end of an epoch and of the run.
 */
public final class TrainSettings {
  private final int epochs;
  private final long maxSteps;
  private final int accumulate;
  private final GradClip clip;
  private final long evaluateEvery;
  private final long saveEvery;
  private final String metric;
  private final boolean higherIsBetter;
  private final int patience;
  private final double minDelta;
  private final long seed;
  private final DType precision;

  private TrainSettings(Builder builder) {
    this.epochs = builder.epochs;
    this.maxSteps = builder.maxSteps;
    this.accumulate = builder.accumulate;
    this.clip = builder.clip;
    this.evaluateEvery = builder.evaluateEvery;
    this.saveEvery = builder.saveEvery;
    this.metric = builder.metric;
    this.higherIsBetter = builder.higherIsBetter;
    this.patience = builder.patience;
    this.minDelta = builder.minDelta;
    this.seed = builder.seed;
    this.precision = builder.precision;
  }

  /** Starts settings with one epoch, no accumulation, no clipping and no early stopping. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the number of passes over the data. */
  public int epochs() {
    return epochs;
  }

  /** Returns the largest number of optimizer steps, 0 if only the epochs count. */
  public long maxSteps() {
    return maxSteps;
  }

  /** Returns how many batches of the loader make one optimizer step. */
  public int accumulate() {
    return accumulate;
  }

  /** Returns the limit on gradients, or null. */
  public GradClip clip() {
    return clip;
  }

  /** Returns the number of steps between evaluations, 0 for the end of each epoch. */
  public long evaluateEvery() {
    return evaluateEvery;
  }

  /** Returns the number of steps between additional checkpoints, 0 for none. */
  public long saveEvery() {
    return saveEvery;
  }

  /** Returns the name of the value that tells the best checkpoint, or null. */
  public String metric() {
    return metric;
  }

  /** Returns whether a higher value of the metric is better. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** Returns how many evaluations in a row may bring no progress, 0 for any number. */
  public int patience() {
    return patience;
  }

  /** Returns by how much the metric must be better to count as progress. */
  public double minDelta() {
    return minDelta;
  }

  /** Returns the seed of dropout and the like. */
  public long seed() {
    return seed;
  }

  /**
   * Returns the type of matrix products in the forward pass and, with it, the backward pass: {@code
   * BF16} for mixed precision, see {@link dev.bearhug.autograd.Autocast}.
   */
  public DType precision() {
    return precision;
  }

  /** Collects settings. */
  public static final class Builder {
    private int epochs = 1;
    private long maxSteps;
    private int accumulate = 1;
    private GradClip clip;
    private long evaluateEvery;
    private long saveEvery;
    private String metric;
    private boolean higherIsBetter;
    private int patience;
    private double minDelta;
    private long seed;
    private DType precision = DType.F32;

    private Builder() {}

    /** Sets the number of passes over the data, at least 1. */
    public Builder epochs(int epochs) {
      this.epochs = epochs;
      return this;
    }

    /** Sets the largest number of optimizer steps; 0 lets only the epochs count. */
    public Builder maxSteps(long maxSteps) {
      this.maxSteps = maxSteps;
      return this;
    }

    /** Sets how many batches of the loader make one optimizer step, at least 1. */
    public Builder accumulate(int batches) {
      this.accumulate = batches;
      return this;
    }

    /** Sets the limit on gradients; null for none. */
    public Builder clip(GradClip clip) {
      this.clip = clip;
      return this;
    }

    /** Sets the number of steps between evaluations; 0 evaluates at the end of each epoch. */
    public Builder evaluateEvery(long steps) {
      this.evaluateEvery = steps;
      return this;
    }

    /** Sets the number of steps between additional checkpoints; 0 for none. */
    public Builder saveEvery(long steps) {
      this.saveEvery = steps;
      return this;
    }

    /**
     * Sets what tells the best checkpoint.
     *
     * @param name a value that the evaluator returns
     * @param higherIsBetter false for losses
     */
    public Builder metric(String name, boolean higherIsBetter) {
      this.metric = Objects.requireNonNull(name, "metric");
      this.higherIsBetter = higherIsBetter;
      return this;
    }

    /**
     * Stops the run when the metric makes no progress; needs a metric.
     *
     * @param evaluations how many evaluations in a row may bring none; 0 for any number
     * @param minDelta by how much the metric must be better than its best value so far
     */
    public Builder patience(int evaluations, double minDelta) {
      this.patience = evaluations;
      this.minDelta = minDelta;
      return this;
    }

    /** Sets the seed of dropout and the like; the order of the data has that of the loader. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Sets the precision of training and of evaluations in between: {@code F32}, or {@code BF16}
     * for mixed precision, in which weights, their gradients and the optimizer stay in single
     * precision and matrix products run in bf16. Worth it where the device's backend says so
     * ({@link dev.bearhug.tensor.backend.Backend#fastBf16}); right everywhere.
     */
    public Builder precision(DType type) {
      this.precision = Objects.requireNonNull(type, "precision");
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if a number is out of range or patience has no metric
     */
    public TrainSettings build() {
      require(epochs >= 1, "epochs must be at least 1, got " + epochs);
      require(accumulate >= 1, "accumulate must be at least 1, got " + accumulate);
      require(maxSteps >= 0, "maxSteps must not be negative, got " + maxSteps);
      require(evaluateEvery >= 0, "evaluateEvery must not be negative, got " + evaluateEvery);
      require(saveEvery >= 0, "saveEvery must not be negative, got " + saveEvery);
      require(patience >= 0, "patience must not be negative, got " + patience);
      require(
          minDelta >= 0 && !Double.isInfinite(minDelta),
          "minDelta must be finite and not negative, got " + minDelta);
      require(
          patience == 0 || metric != null,
          "early stopping needs a metric to watch (patience " + patience + ", no metric)");
      require(
          precision == DType.F32 || precision == DType.BF16,
          "precision must be F32 or BF16, got " + precision);
      return new TrainSettings(this);
    }

    private static void require(boolean holds, String problem) {
      if (!holds) {
        throw new IllegalArgumentException("train settings: " + problem + ".");
      }
    }
  }
}
