package dev.bearhug.tasks.runner;

import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.nn.train.Checkpoint;
import dev.bearhug.nn.train.CheckpointStore;
import dev.bearhug.nn.train.ModelFiles;
import dev.bearhug.nn.train.ParameterFiles;
import dev.bearhug.nn.train.TrainListener;
import dev.bearhug.nn.train.TrainResult;
import dev.bearhug.nn.train.TrainSettings;
import dev.bearhug.nn.train.Trainer;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tasks.evaluator.Evaluation;
import dev.bearhug.tasks.evaluator.Evaluator;
import dev.bearhug.tasks.evaluator.ModelScorer;
import dev.bearhug.tasks.metric.Metrics;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tasks.processor.PredictionWriter;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.registry.Task;
import dev.bearhug.tasks.report.MetricsLog;
import dev.bearhug.tasks.report.RunReport;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.io.AtomicFiles;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a run in which its folder is open: training, then everything about the best model.
 */
final class RunSession<F> implements AutoCloseable {

  private final Instant started = Instant.now();
  private final Runner runner;
  private final RunConfig config;
  private final RunOutput output;
  private final RunFolder folder;
  private final Task<F> task;
  private final Processor<F> data;
  private final Tokenizer tokenizer;
  private final PretrainedModel model;
  private final Device device;
  private final ChosenPrecision precision;
  private final Evaluator<F> evaluator;
  private final String metric;
  private final Map<Split, FeatureSet<F>> features = new EnumMap<>(Split.class);
  private final List<String> warnings = new ArrayList<>();
  private final RunLog log;
  private final CheckpointStore store;

  RunSession(
      Runner runner,
      RunOutput output,
      RunFolder folder,
      Task<F> task,
      Processor<F> data,
      Tokenizer tokenizer,
      PretrainedModel model,
      Device device) {
    this.runner = runner;
    this.config = runner.config();
    this.output = output;
    this.folder = folder;
    this.task = task;
    this.data = data;
    this.tokenizer = tokenizer;
    this.model = model;
    this.device = device;
    this.precision = ChosenPrecision.of(config.train().precision(), device);
    this.evaluator = task.evaluator(data.labels());
    this.metric =
        config.train().metricForBest() == null
            ? task.defaultMetric(data.labels())
            : config.train().metricForBest();
    this.log = new RunLog(folder.logFile());
    try {
      this.store = CheckpointStore.open(folder.path());
    } catch (IOException e) {
      log.close();
      throw new UncheckedIOException(e.getMessage(), e);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** Trains, judges the best model and writes what belongs into the folder. */
  RunReport complete() {
    try {
      prepare();
      return train();
    } catch (IOException e) {
      log.say("failed: " + e.getMessage());
      throw new UncheckedIOException(e.getMessage(), e);
    } catch (RuntimeException e) {
      log.say("failed: " + e.getMessage());
      throw e;
    }
  }

  private void prepare() {
    if (model.loadReport() != null) {
      log.say(model.loadReport().toString());
    }
    for (ReadReport read : data.reports()) {
      FeatureSet<F> set = data.features(read.split(), tokenizer, config.tokenizer().maxLength());
      features.put(read.split(), set);
      ReadReport full = read.withLongTexts(set.cut(), set.maxLength());
      say(full.summary());
      full.decisions().forEach(decision -> log.say("  " + decision));
      if (set.cut() > 0) {
        warnings.add(
            read.split().key()
                + ": "
                + set.cut()
                + " of "
                + set.size()
                + " examples are longer than "
                + set.maxLength()
                + " tokens and were cut (tokenizer.maxLength)");
      }
    }
    say(
        "model of %,d parameters, %d outputs, vocabulary of %,d tokens"
            .formatted(model.parameterCount(), data.labels().outputs(), tokenizer.vocabSize()));
    say(precision.line());
  }

  private void say(String line) {
    output.say(line);
    log.say(line);
  }

  private RunReport train() throws IOException {
    FeatureSet<F> train = features.get(Split.TRAIN);
    DataLoader<F> loader = runner.trainLoader(train);
    TrainSection section = config.train();
    StepCount count = StepCount.of(section, loader.batchesPerEpoch());
    long perEpoch = count.perEpoch();
    long steps = count.total();
    Optional<Checkpoint> last = store.latestComplete();
    ModelFiles files = new ParameterFiles(model.state());
    try (Optimizer optimizer = runner.optimizer(model);
        MetricsLog metricsLog = openMetrics(last);
        ProgressListener progress = new ProgressListener(output, log, metric)) {
      MetricsListener figures = new MetricsListener(metricsLog, section.logEvery(), perEpoch);
      Trainer.Builder builder =
          Trainer.builder(model, loader, optimizer, section.schedule(steps))
              .settings(settings(steps, perEpoch))
              .evaluator(ignored -> evaluate(Split.DEV).metrics().values())
              .checkpoints(store, files)
              .device(device)
              .listener(figures)
              .listener(progress);
      for (TrainListener listener : runner.listeners()) {
        builder.listener(listener);
      }
      Trainer trainer = builder.build();
      TrainResult result = last.isEmpty() ? trainer.run() : trainer.resume(last.get());
      progress.close();
      return finish(result, files, figures, perEpoch);
    }
  }

  private MetricsLog openMetrics(Optional<Checkpoint> last) {
    Path file = folder.metricsFile();
    return last.isEmpty() && !Files.exists(file)
        ? MetricsLog.create(file)
        : MetricsLog.resume(file, last.map(Checkpoint::step).orElse(0L));
  }

  private TrainSettings settings(long steps, long perEpoch) {
    TrainSection section = config.train();
    return TrainSettings.builder()
        .epochs(Math.toIntExact(Math.ceilDiv(steps, perEpoch)))
        .maxSteps(steps)
        .accumulate(section.accumulate())
        .clip(section.clipNorm() == null ? null : GradClip.l2(section.clipNorm()))
        .evaluateEvery(section.evaluateEvery().steps())
        .saveEvery(section.saveEvery() == null ? 0 : section.saveEvery())
        .metric(metric, Metrics.greaterIsBetter(metric))
        .patience(section.earlyStoppingPatience() == null ? 0 : section.earlyStoppingPatience(), 0)
        .seed(section.seed())
        .precision(precision.type())
        .build();
  }

  private Evaluation evaluate(Split split) {
    FeatureSet<F> set = features.get(split);
    List<float[]> outputs =
        new ModelScorer(model, device, precision.type()).logits(set, config.evaluate().batchSize());
    return evaluator.evaluate(set.features(), outputs);
  }

  private RunReport finish(
      TrainResult result, ModelFiles files, MetricsListener figures, long perEpoch)
      throws IOException {
    Checkpoint best =
        store.best().or(store::latestComplete).orElseThrow(() -> noCheckpoint(folder.path()));
    files.load(best.folder().resolve(Trainer.MODEL_FOLDER));
    Evaluation dev = evaluate(Split.DEV);
    PredictionWriter.write(folder.predictions("dev"), dev.predictions(), data.labels());
    if (features.containsKey(Split.TEST)) {
      Evaluation test = evaluate(Split.TEST);
      PredictionWriter.write(folder.predictions("test"), test.predictions(), data.labels());
      if (!test.metrics().values().isEmpty()) {
        say("test: " + test.metrics().values());
      }
    }
    AtomicFiles.writeFolder(folder.model(), this::saveModel);
    ReportWriter writer = new ReportWriter(folder, config, data.labels(), metric);
    warnings.addAll(writer.plots(dev));
    RunReport report =
        writer.report(
            started,
            new ReportWriter.Trained(
                result,
                perEpoch,
                figures.tokensPerSecond(),
                figures.paddingShare(),
                figures.peakBytes(),
                best.step()),
            dev,
            model,
            device,
            precision,
            new RunReport.Data(
                features.get(Split.TRAIN).size(),
                features.get(Split.DEV).size(),
                features.values().stream().mapToLong(FeatureSet::cut).sum(),
                data.labels().names()),
            warnings);
    log.say("complete");
    report.write(folder.reportFile());
    return report;
  }

  private static RunException noCheckpoint(Path folder) {
    return new RunException("run: " + folder + " has no checkpoint although training ended.");
  }

  private void saveModel(Path target) throws IOException {
    model.save(target);
    tokenizer.save(target);
  }

  @Override
  public void close() {
    try {
      store.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    } finally {
      log.close();
    }
  }
}
