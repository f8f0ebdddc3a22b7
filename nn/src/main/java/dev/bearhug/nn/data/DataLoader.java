package dev.bearhug.nn.data;

import java.util.Objects;

/**
 * Turns a dataset into a repeatable sequence of batches.
 *
 * <pre>{@code
 * DataLoader<Row> loader = DataLoader.builder(rows, sampler, collator).seed(42).build();
 * for (long epoch = 0; epoch < epochs; epoch++) {
 *   try (BatchStream batches = loader.epoch(epoch)) {
 *     while (batches.hasNext()) {
 *       train(batches.next());
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>The batches of an epoch depend on the seed and the epoch alone, not on the Java version, the
 * machine or earlier epochs. Immutable and safe for use by several threads; each stream belongs to
 * one.
 *
 * @param <E> type of an example
 */
public final class DataLoader<E> {
  private final Dataset<E> dataset;
  private final BatchSampler sampler;
  private final Collator<E> collator;
  private final long seed;
  private final int prefetch;

  private DataLoader(Builder<E> builder) {
    this.dataset = builder.dataset;
    this.sampler = builder.sampler;
    this.collator = builder.collator;
    this.seed = builder.seed;
    this.prefetch = builder.prefetch;
  }

  /**
   * Starts a loader.
   *
   * @param dataset the examples
   * @param sampler decides order and batches, made for as many examples as the dataset has
   * @param collator makes a batch of examples
   * @throws IllegalArgumentException if dataset and sampler disagree about the number of examples
   */
  public static <E> Builder<E> builder(
      Dataset<E> dataset, BatchSampler sampler, Collator<E> collator) {
    return new Builder<>(dataset, sampler, collator);
  }

  /** Returns the number of batches of every epoch. */
  public int batchesPerEpoch() {
    return sampler.batchesPerEpoch();
  }

  /**
   * Opens the batches of an epoch.
   *
   * @param epoch number of the epoch, from 0
   */
  public BatchStream epoch(long epoch) {
    return open(new LoaderState(seed, epoch, 0, batchesPerEpoch()));
  }

  /**
   * Opens the batches of an epoch from a saved position on: the ones the interrupted stream would
   * have returned next.
   *
   * @param state what {@link BatchStream#state()} returned
   * @throws IllegalArgumentException if the position belongs to another seed or number of batches
   */
  public BatchStream resume(LoaderState state) {
    if (state.seed() != seed || state.batchesPerEpoch() != batchesPerEpoch()) {
      throw new IllegalArgumentException(
          "data loader: the saved position belongs to other data (saved: seed "
              + state.seed()
              + ", "
              + state.batchesPerEpoch()
              + " batches per epoch; now: seed "
              + seed
              + ", "
              + batchesPerEpoch()
              + "). Seed, batch size or data set changed since. Resume with the settings of the"
              + " interrupted run, or start a new one.");
    }
    return open(state);
  }

  private BatchStream open(LoaderState start) {
    BatchPlan plan = sampler.plan(seed, start.epoch());
    return new BatchStream(
        new EpochBatches<>(dataset, collator, plan, start.epoch()), start, prefetch);
  }

  /**
   * Settings of a loader.
   *
   * @param <E> type of an example
   */
  public static final class Builder<E> {
    private final Dataset<E> dataset;
    private final BatchSampler sampler;
    private final Collator<E> collator;
    private long seed;
    private int prefetch = 4;

    private Builder(Dataset<E> dataset, BatchSampler sampler, Collator<E> collator) {
      this.dataset = Objects.requireNonNull(dataset, "dataset");
      this.sampler = Objects.requireNonNull(sampler, "sampler");
      this.collator = Objects.requireNonNull(collator, "collator");
      if (dataset.size() != sampler.exampleCount()) {
        throw new IllegalArgumentException(
            "data loader: dataset and sampler must have the same number of examples (dataset "
                + dataset.size()
                + ", sampler "
                + sampler.exampleCount()
                + "). Was the sampler made for another split?");
      }
    }

    /** Sets the seed of the data order, 0 unless set. */
    public Builder<E> seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Sets how many batches may be built ahead on a background thread, 4 unless set.
     *
     * @param batches 0 builds each batch when it is asked for, on the asking thread
     * @throws IllegalArgumentException if negative
     */
    public Builder<E> prefetch(int batches) {
      if (batches < 0) {
        throw new IllegalArgumentException(
            "data loader: the number of batches built ahead must not be negative, got "
                + batches
                + ".");
      }
      this.prefetch = batches;
      return this;
    }

    /** Returns the loader. */
    public DataLoader<E> build() {
      return new DataLoader<>(this);
    }
  }
}
