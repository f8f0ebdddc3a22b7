package dev.bearhug.nn.train;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.BatchStream;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.nn.optim.LrSchedule;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.memory.MemoryStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Trains a model: steps with gradient accumulation, evaluations, checkpoints, early stopping.
 *
 * <p>A run is a function of model, data, settings and seeds: repeated or interrupted and resumed it
 * gives the same weights bit for bit on the same machine. {@link TrainSettings#accumulate} batches
 * of the loader make one step with loss and gradients of one batch of all their examples, see
 * {@link LossTerm}; the last step of an epoch may have fewer. Steps whose loss or gradients are not
 * finite stop the run before they touch the weights.
 *
 * <pre>{@code
 * Optimizer optimizer = new AdamW(ParamGroup.standard(model.parameters(), 0.01));
 * long steps = Trainer.totalSteps(data, settings);
 * TrainResult result =
 *     Trainer.builder(model, data, optimizer, LrSchedules.linear(5e-5, steps / 10, steps))
 *         .settings(settings)
 *         .evaluator(m -> Map.of("accuracy", accuracy(m)))
 *         .checkpoints(store, new ParameterFiles(model.state()))
 *         .build()
 *         .run();
 * }</pre>
 *
 * <p>One instance makes one run, on one thread; only {@link #requestStop} may be called from
 * others. The trainer owns nothing: model, optimizer and store are closed by the caller.
 */
public final class Trainer {

  /** Folder within a checkpoint that {@link ModelFiles} fills. */
  public static final String MODEL_FOLDER = "model";

  private final Trainable model;
  private final DataLoader<?> data;
  private final Optimizer optimizer;
  private final LrSchedule schedule;
  private final TrainSettings settings;
  private final Evaluation evaluation;
  private final RunCheckpoints checkpoints;
  private final Listeners listeners;
  private final Device device;
  private final RandomSource random;
  private final StepRunner runner;
  private final ParameterChecks parameterChecks;
  private final long totalSteps;
  private boolean used;
  private volatile boolean stopRequested;

  private Trainer(Builder builder) {
    this.model = builder.model;
    this.data = builder.data;
    this.optimizer = builder.optimizer;
    this.schedule = builder.schedule;
    this.settings = builder.settings;
    this.checkpoints =
        builder.store == null
            ? null
            : new RunCheckpoints(builder.store, builder.modelFiles, optimizer);
    this.listeners = new Listeners(List.copyOf(builder.listeners));
    this.evaluation =
        builder.evaluator == null
            ? null
            : new Evaluation(model, builder.evaluator, settings, listeners);
    this.device = builder.device;
    this.random = new RandomSource(settings.seed());
    this.runner =
        new StepRunner(
            model, optimizer, builder.terms, settings.clip(), device, settings.precision(), random);
    this.parameterChecks = new ParameterChecks(model, optimizer, listeners);
    this.totalSteps = totalSteps(data, settings);
  }

  /**
   * Starts the description of a run.
   *
   * @param model what is trained
   * @param data its examples with labels
   * @param optimizer made for the model's parameters
   * @param schedule learning rate of each step
   */
  public static Builder builder(
      Trainable model, DataLoader<?> data, Optimizer optimizer, LrSchedule schedule) {
    return new Builder(model, data, optimizer, schedule);
  }

  /** Returns how many optimizer steps a run has, unless it is stopped early. */
  public static long totalSteps(DataLoader<?> data, TrainSettings settings) {
    long steps = stepsPerEpoch(data, settings) * settings.epochs();
    return settings.maxSteps() > 0 ? Math.min(steps, settings.maxSteps()) : steps;
  }

  private static long stepsPerEpoch(DataLoader<?> data, TrainSettings settings) {
    return Math.ceilDiv((long) data.batchesPerEpoch(), settings.accumulate());
  }

  /**
   * Trains from the present weights on; the model is left in evaluation mode, without gradients.
   *
   * @return how the run ended
   * @throws NonFiniteLossException if the loss or the gradients of a step are not finite
   * @throws CheckpointException if a checkpoint cannot be written
   * @throws IOException if the evaluator cannot read its data
   */
  public TrainResult run() throws IOException {
    requireUnused();
    return start(new Progress(), false);
  }

  /**
   * Goes on from a checkpoint of a run with the same data, settings and seeds, bit for bit.
   *
   * @param checkpoint of the store of this trainer or another one
   * @return how the run ended
   * @throws IOException as {@link #run}, or if the checkpoint cannot be read or belongs to another
   *     run; the weights may be half loaded then
   * @throws IllegalArgumentException if data or settings of the interrupted run were different
   */
  public TrainResult resume(Checkpoint checkpoint) throws IOException {
    requireUnused();
    if (checkpoints == null) {
      throw new IllegalStateException(
          "trainer: resuming needs to know how models are read. Call checkpoints(store, files) on"
              + " the builder.");
    }
    TrainState state = RunCheckpoints.readState(checkpoint.folder());
    requireSameRun(state, checkpoint);
    checkpoints.loadWeights(checkpoint.folder());
    random.restore(state.random());
    return start(Progress.of(state), true);
  }

  /** Ends the run after the present step, with a checkpoint; may be called from any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  private void requireUnused() {
    if (used) {
      throw new IllegalStateException(
          "trainer: one instance makes one run. Build another one, for the same model or optimizer"
              + " if training is to go on.");
    }
    used = true;
  }

  private void requireSameRun(TrainState state, Checkpoint checkpoint) {
    String metric = Objects.requireNonNullElse(settings.metric(), "");
    LoaderState place = state.data();
    if (state.accumulate() != settings.accumulate()
        || place.batchesPerEpoch() != data.batchesPerEpoch()
        || state.random().seed() != settings.seed()
        || !state.metric().equals(metric)) {
      throw new IllegalArgumentException(
          "trainer: "
              + checkpoint.folder()
              + " belongs to other settings (saved: accumulate "
              + state.accumulate()
              + ", batches per epoch "
              + place.batchesPerEpoch()
              + ", seed "
              + state.random().seed()
              + ", metric \""
              + state.metric()
              + "\"; now: "
              + settings.accumulate()
              + ", "
              + data.batchesPerEpoch()
              + ", "
              + settings.seed()
              + ", \""
              + metric
              + "\"). Resume with the settings of the interrupted run, or start a new one.");
    }
  }

  private TrainResult start(Progress progress, boolean resumed) throws IOException {
    try (RandomSource.Use ignored = RandomSource.use(random)) {
      listeners.tell(TrainListener::onRunStart, runStart(progress.step, resumed));
      parameterChecks.beforeTheFirstStep(progress.step);
      model.setTraining(true);
      TrainResult.Reason reason = loop(progress);
      TrainResult result = result(progress, reason);
      listeners.tell(TrainListener::onRunEnd, new TrainEvent.RunEnd(progress.step, result));
      return result;
    } catch (IOException | RuntimeException | Error e) {
      listeners.tellFailed(progress.step, e);
      throw e;
    } finally {
      model.parameters().forEach(Parameter::zeroGrad);
      model.setTraining(false);
    }
  }

  private TrainEvent.RunStart runStart(long step, boolean resumed) {
    List<Parameter> all = model.parameters();
    return new TrainEvent.RunStart(
        step,
        totalSteps,
        stepsPerEpoch(data, settings),
        all.stream().mapToLong(Parameter::numel).sum(),
        all.stream().filter(Parameter::isTrainable).mapToLong(Parameter::numel).sum(),
        resumed);
  }

  private static TrainResult result(Progress progress, TrainResult.Reason reason) {
    BestValue best = progress.best;
    return new TrainResult(
        reason,
        progress.step,
        best.step() < 0 ? OptionalDouble.empty() : OptionalDouble.of(best.value()),
        best.step(),
        progress.lastMetrics);
  }

  private TrainResult.Reason loop(Progress progress) throws IOException {
    TrainResult.Reason reason = ending(progress);
    while (reason == null) {
      reason = epoch(progress);
    }
    return reason;
  }

  private TrainResult.Reason ending(Progress progress) {
    if (settings.patience() > 0 && progress.best.withoutProgress() >= settings.patience()) {
      return TrainResult.Reason.EARLY_STOPPED;
    }
    if (progress.step >= totalSteps) {
      return TrainResult.Reason.COMPLETED;
    }
    return stopRequested ? TrainResult.Reason.STOP_REQUESTED : null;
  }

  private TrainResult.Reason epoch(Progress progress) throws IOException {
    LoaderState start = progress.next();
    try (BatchStream batches = start == null ? data.epoch(0) : data.resume(start)) {
      if (batches.state().batch() == 0) {
        listeners.tell(
            TrainListener::onEpochStart,
            new TrainEvent.EpochStart(progress.step, batches.state().epoch()));
      }
      TrainResult.Reason reason = null;
      while (reason == null && batches.hasNext()) {
        step(progress, batches);
        reason = afterStep(progress);
      }
      return reason;
    }
  }

  private void step(Progress progress, BatchStream batches) {
    long start = System.nanoTime();
    LoaderState from = batches.state();
    List<Batch> group = new ArrayList<>();
    while (group.size() < settings.accumulate() && batches.hasNext()) {
      group.add(batches.next());
    }
    double rate = schedule.rate(progress.step);
    StepPass pass = runner.backward(group, from, progress.step + 1);
    double gradScale = 1;
    if (pass.labelled()) {
      parameterChecks.afterBackward(progress.step);
      gradScale = runner.update(rate, pass.gradNorm());
    }
    progress.step++;
    progress.data = batches.state();
    progress.totals = progress.totals.plus(pass, group);
    MemoryStats memory = Backends.get(device.type()).allocator(device).stats();
    listeners.tell(
        TrainListener::onStepEnd,
        new TrainEvent.StepEnd(
            progress.step,
            totalSteps,
            from.epoch(),
            pass.loss(),
            rate,
            pass.gradNorm(),
            gradScale,
            group.stream().mapToLong(Batch::examples).sum(),
            group.stream().mapToLong(Batch::tokens).sum(),
            group.stream().mapToLong(Batch::slots).sum(),
            secondsSince(start),
            memory.live(),
            memory.peak()));
  }

  /** All that may follow a step; a checkpoint is last, so that resuming repeats none of it. */
  private TrainResult.Reason afterStep(Progress progress) throws IOException {
    boolean epochDone = progress.epochFinished();
    if (epochDone) {
      EpochTotals totals = progress.totals;
      listeners.tell(
          TrainListener::onEpochEnd,
          new TrainEvent.EpochEnd(
              progress.step,
              progress.data.epoch(),
              totals.meanLoss(),
              totals.tokens(),
              totals.slots()));
      progress.totals = EpochTotals.ZERO;
    }
    boolean evaluate = mustEvaluate(progress, epochDone);
    boolean best = evaluate && evaluation.run(progress);
    TrainResult.Reason reason = ending(progress);
    boolean due = settings.saveEvery() > 0 && progress.step % settings.saveEvery() == 0;
    if (checkpoints != null && (evaluate || epochDone || due || reason != null)) {
      save(progress, best);
    }
    return reason;
  }

  private boolean mustEvaluate(Progress progress, boolean epochDone) {
    long every = settings.evaluateEvery();
    boolean due = every > 0 ? progress.step % every == 0 : epochDone;
    return evaluation != null && (due || progress.step >= totalSteps);
  }

  private void save(Progress progress, boolean best) throws CheckpointException {
    long start = System.nanoTime();
    TrainState state =
        new TrainState(
            progress.step,
            progress.data,
            random.state(),
            settings.accumulate(),
            Objects.requireNonNullElse(settings.metric(), ""),
            progress.best,
            progress.totals);
    Checkpoint checkpoint = checkpoints.write(state, best);
    listeners.tell(
        TrainListener::onCheckpointSaved,
        new TrainEvent.CheckpointSaved(progress.step, checkpoint, secondsSince(start)));
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** Describes a run. */
  public static final class Builder {
    private final Trainable model;
    private final DataLoader<?> data;
    private final Optimizer optimizer;
    private final LrSchedule schedule;
    private final List<TrainListener> listeners = new ArrayList<>();
    private TrainSettings settings = TrainSettings.builder().build();
    private List<LossTerm> terms = LossTerm.STANDARD;
    private Evaluator evaluator;
    private CheckpointStore store;
    private ModelFiles modelFiles;
    private Device device = Device.CPU;

    private Builder(Trainable model, DataLoader<?> data, Optimizer optimizer, LrSchedule schedule) {
      this.model = Objects.requireNonNull(model, "model");
      this.data = Objects.requireNonNull(data, "data");
      this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
      this.schedule = Objects.requireNonNull(schedule, "schedule");
    }

    /** Sets duration, accumulation, evaluation and so on; one epoch unless set. */
    public Builder settings(TrainSettings settings) {
      this.settings = Objects.requireNonNull(settings, "settings");
      return this;
    }

    /** Sets the summands of the loss, {@link LossTerm#STANDARD} unless set. */
    public Builder lossTerms(List<LossTerm> terms) {
      this.terms = List.copyOf(terms);
      return this;
    }

    /** Sets who measures the model while it is trained; nobody unless set. */
    public Builder evaluator(Evaluator evaluator) {
      this.evaluator = evaluator;
      return this;
    }

    /**
     * Sets where checkpoints go; there are none unless set.
     *
     * @param store their folder
     * @param files how the model's part of them is written and read
     */
    public Builder checkpoints(CheckpointStore store, ModelFiles files) {
      this.store = Objects.requireNonNull(store, "store");
      this.modelFiles = Objects.requireNonNull(files, "files");
      return this;
    }

    /** Adds a listener, told after those added before. */
    public Builder listener(TrainListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Sets where the inputs go, the CPU unless set; the model must be there. */
    public Builder device(Device device) {
      this.device = Objects.requireNonNull(device, "device");
      return this;
    }

    /**
     * Returns the trainer.
     *
     * @throws IllegalArgumentException if there is no data or no loss, or a metric is to be watched
     *     that nobody measures
     */
    public Trainer build() {
      if (data.batchesPerEpoch() == 0) {
        throw new IllegalArgumentException(
            "trainer: the training data has no batch. Is the file empty, or were all examples"
                + " filtered out?");
      }
      if (terms.isEmpty()) {
        throw new IllegalArgumentException("trainer: the list of loss terms is empty.");
      }
      if (settings.metric() != null && evaluator == null) {
        throw new IllegalArgumentException(
            "trainer: metric \""
                + settings.metric()
                + "\" is to be watched, but there is no evaluator to measure it.");
      }
      return new Trainer(this);
    }
  }
}
