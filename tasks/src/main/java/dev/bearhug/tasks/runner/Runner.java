package dev.bearhug.tasks.runner;

import dev.bearhug.nn.data.BatchSampler;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.Dataset;
import dev.bearhug.nn.data.LengthGroupedBatchSampler;
import dev.bearhug.nn.data.RandomBatchSampler;
import dev.bearhug.nn.data.ShuffledBatchSampler;
import dev.bearhug.nn.optim.AdamSettings;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.nn.optim.Sgd;
import dev.bearhug.nn.train.TrainListener;
import dev.bearhug.tasks.config.OptimizerKind;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.config.TokenizerSection;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tasks.model.TaskModels;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.registry.Task;
import dev.bearhug.tasks.registry.TaskRegistry;
import dev.bearhug.tasks.report.RunReport;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.AutoTokenizer;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import dev.bearhug.transformers.tokenizer.VocabularyOptions;
import dev.bearhug.transformers.tokenizer.WordPieceVocabulary;
import java.nio.file.Path;
import java.util.List;

/**
 * One run from configuration to results: data, tokenizer, model, training, evaluation, predictions.
 *
 * <pre>{@code
 * RunConfig config = new ConfigLoader().preset("scratch")
 *     .set("data.path=data/reviews").set("output.path=runs/reviews")
 *     .load().resolve(Path.of(""), 2);
 * RunResult result = new Runner(config).run();
 * }</pre>
 *
 * <p>A run is a function of its configuration and data: repeated, or killed at any moment and
 * resumed, it gives the same weights and figures bit for bit. Each protected method is one step and
 * may be overridden; it gets what the earlier steps made. Not thread-safe; one instance makes one
 * run.
 */
public class Runner {

  private final RunConfig config;
  private RunOutput output = RunOutput.SILENT;
  private boolean resume;

  /**
   * Creates a run.
   *
   * @param config resolved, see {@link RunConfig#resolve}
   */
  public Runner(RunConfig config) {
    this.config = config;
  }

  /** Sets where the run tells what it is doing; nowhere unless set. */
  public final Runner output(RunOutput where) {
    this.output = where;
    return this;
  }

  /**
   * Sets whether a run in the output folder is continued; where there is none, one is begun.
   * Otherwise the folder must be empty, or the configuration must allow overwriting.
   */
  public final Runner resume(boolean value) {
    this.resume = value;
    return this;
  }

  /** Returns the configuration. */
  public final RunConfig config() {
    return config;
  }

  /**
   * Does the run, or the rest of it.
   *
   * @return what it came to; a run that was complete before is left as it is
   * @throws RuntimeException with a message for people when configuration, folder, data or model
   *     are unusable, or training fails
   */
  public final RunResult run() {
    return run(task(config.task()));
  }

  private <F> RunResult run(Task<F> task) {
    boolean goOn = resume && RunFolder.isRun(Path.of(config.output().path()));
    RunFolder folder = goOn ? RunFolder.resume(config) : null;
    if (goOn && folder.isComplete()) {
      return new RunResult(folder, RunReport.read(folder.reportFile()), true);
    }
    if (!goOn) {
      RunFolder.requireFree(config);
    }
    // All that can be wrong with the input is found before anything is written.
    Device device = selectDevice(config.train());
    Processor<F> data = readData(task);
    try (Tokenizer tokenizer = openTokenizer(data)) {
      HeadSpec head = task.head(data.labels());
      try (PretrainedModel model = openModel(head, tokenizer, device)) {
        if (!goOn) {
          folder = RunFolder.create(config);
        }
        folder.checkData(data.spec(), data.fingerprint());
        try (RunSession<F> session =
            new RunSession<>(this, output, folder, task, data, tokenizer, model, device)) {
          return new RunResult(folder, session.complete(), false);
        }
      }
    }
  }

  /**
   * Finds the task.
   *
   * @param name its name or an alias
   */
  protected Task<?> task(String name) {
    return TaskRegistry.installed().get(name).task();
  }

  /**
   * Chooses the device and the number of threads.
   *
   * @param train names both
   */
  protected Device selectDevice(TrainSection train) {
    if (train.threads() != null) {
      WorkerPool.shared().setThreads(train.threads());
    }
    return Backends.select(train.device());
  }

  /**
   * Reads the data.
   *
   * @param task knows how
   */
  protected <F> Processor<F> readData(Task<F> task) {
    output.say("reading " + config.data().path());
    return task.load(config.data());
  }

  /**
   * Opens the tokenizer, or learns a vocabulary from the train texts.
   *
   * @param data has the train texts
   * @return the tokenizer; the run closes it
   */
  protected Tokenizer openTokenizer(Processor<?> data) {
    TokenizerSection section = config.tokenizer();
    if (section.isBuilt()) {
      VocabularyOptions options =
          VocabularyOptions.ofSize(section.vocabularySize()).withLowercase(section.lowercase());
      output.say("building a vocabulary of up to " + section.vocabularySize() + " tokens");
      return WordPieceVocabulary.build(data.trainTexts(), options).tokenizer(section.maxLength());
    }
    return AutoTokenizer.open(
        Path.of(section.path() == null ? config.model().path() : section.path()));
  }

  /**
   * Opens the model to start from, or creates it with random weights.
   *
   * @param head what it predicts
   * @param tokenizer makes its input
   * @param device where its parameters live
   * @return the model; the run closes it
   */
  protected PretrainedModel openModel(HeadSpec head, Tokenizer tokenizer, Device device) {
    PretrainedModel model =
        TaskModels.start(
            config.model(),
            head,
            tokenizer,
            config.tokenizer().maxLength(),
            config.train().seed(),
            device);
    model.backbone().setCheckpointing(config.train().checkpointing());
    return model;
  }

  /**
   * Makes the loader of the train examples.
   *
   * @param train the examples
   */
  protected <F> DataLoader<F> trainLoader(FeatureSet<F> train) {
    TrainSection section = config.train();
    BatchSampler sampler =
        section.groupByLength()
            ? new ShuffledBatchSampler(
                new LengthGroupedBatchSampler(train.lengths(), section.batchSize(), false))
            : new RandomBatchSampler(train.size(), section.batchSize(), false);
    return DataLoader.builder(Dataset.of(train.features()), sampler, train.collator())
        .seed(section.seed())
        .build();
  }

  /**
   * Makes the optimizer.
   *
   * @param model whose parameters it changes
   * @return the optimizer; the run closes it
   */
  protected Optimizer optimizer(PretrainedModel model) {
    TrainSection train = config.train();
    List<ParamGroup> groups = ParamGroup.standard(model.parameters(), train.weightDecay());
    return train.optimizer() == OptimizerKind.SGD
        ? new Sgd(groups, new Sgd.Settings(train.momentum(), 0, false))
        : new AdamW(groups, new AdamSettings(train.beta1(), train.beta2(), train.epsilon(), false));
  }

  /** Returns further listeners of the training, none unless overridden. */
  protected List<TrainListener> listeners() {
    return List.of();
  }
}
