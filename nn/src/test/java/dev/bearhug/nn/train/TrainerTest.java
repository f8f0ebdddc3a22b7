package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.Dataset;
import dev.bearhug.nn.data.HostArray;
import dev.bearhug.nn.data.SequentialBatchSampler;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.nn.optim.LrSchedules;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.nn.optim.Sgd;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.LeakTracker;
import dev.bearhug.tensor.memory.MemoryStats;
import dev.bearhug.tensor.memory.SegmentPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private final List<TaggingTask.Example> examples = TaggingTask.examples(20, 3);
  private final TaggingTask.Model model = new TaggingTask.Model(1, 0.1);
  private final Optimizer optimizer = new AdamW(ParamGroup.standard(model.parameters(), 0.01));
  private final EventLog log = new EventLog();

  @TempDir Path folder;

  @AfterEach
  void close() {
    optimizer.close();
    model.close();
  }

  @Test
  void learnsTheTask() throws IOException {
    DataLoader<TaggingTask.Example> data = TaggingTask.shuffled(examples, 4);
    TrainSettings settings = TrainSettings.builder().epochs(40).clip(GradClip.l2(1)).build();
    trainer(data, settings).build().run();
    assertThat(accuracy(model, examples, 5)).isEqualTo(1);
    assertThat(log.steps.getLast().loss()).isLessThan(0.1);
    assertThat(model.isTraining()).isFalse();
  }

  @Test
  void repeatsBitForBit() throws IOException {
    DataLoader<TaggingTask.Example> data = TaggingTask.shuffled(examples, 4);
    TrainSettings settings = TrainSettings.builder().epochs(2).seed(9).build();
    trainer(data, settings).build().run();
    EventLog again = new EventLog();
    try (TaggingTask.Model other = new TaggingTask.Model(1, 0.1);
        Optimizer otherOptimizer = new AdamW(ParamGroup.standard(other.parameters(), 0.01))) {
      Trainer.builder(other, data, otherOptimizer, LrSchedules.constant(0.02))
          .settings(settings)
          .listener(again)
          .build()
          .run();
      assertThat(other.weights()).containsExactlyElementsOf(model.weights());
    }
    assertThat(again.lines).isEqualTo(log.lines);
  }

  @Test
  void evaluationDoesNotDisturbTheRandomNumbersOfTraining() throws IOException {
    DataLoader<TaggingTask.Example> data = TaggingTask.shuffled(examples, 4);
    trainer(data, TrainSettings.builder().epochs(2).build()).build().run();
    try (TaggingTask.Model other = new TaggingTask.Model(1, 0.1);
        Optimizer otherOptimizer = new AdamW(ParamGroup.standard(other.parameters(), 0.01))) {
      Trainer.builder(other, data, otherOptimizer, LrSchedules.constant(0.02))
          .settings(TrainSettings.builder().epochs(2).evaluateEvery(1).build())
          .evaluator(
              m -> {
                assertThat(((TaggingTask.Model) m).isTraining()).isFalse();
                return Map.of("random", (double) RandomSource.current().nextStream());
              })
          .build()
          .run();
      assertThat(other.weights()).containsExactlyElementsOf(model.weights());
    }
  }

  @Test
  void scoresDoNotDependOnTheBatchSizeOfTheEvaluation() {
    List<TaggingTask.Example> dev = TaggingTask.examples(23, 8);
    double loss = loss(dev, 23);
    double accuracy = accuracy(model, dev, 23);
    for (int batchSize : new int[] {1, 2, 5, 8}) {
      assertThat(loss(dev, batchSize)).as("batch size %d", batchSize).isCloseTo(loss, within(1e-6));
      assertThat(accuracy(model, dev, batchSize)).isEqualTo(accuracy);
    }
  }

  @Test
  void tellsListenersInOrder() throws IOException {
    TrainSettings settings =
        TrainSettings.builder()
            .epochs(2)
            .accumulate(2)
            .evaluateEvery(2)
            .saveEvery(3)
            .metric("score", true)
            .build();
    List<String> second = new ArrayList<>();
    try (CheckpointStore store = CheckpointStore.open(folder)) {
      trainer(TaggingTask.shuffled(examples, 4), settings)
          .evaluator(m -> Map.of("score", -(double) log.steps.size(), "a", 1.0))
          .checkpoints(store, new ParameterFiles(model.parameters()))
          .listener(
              new TrainListener() {
                @Override
                public void onStepEnd(TrainEvent.StepEnd event) {
                  second.add(log.lines.getLast().substring(0, 6) + " seen after " + event.step());
                }
              })
          .build()
          .run();
    }
    assertThat(log.lines.stream().map(l -> l.startsWith("step") ? l.substring(0, 6) : l))
        .map(l -> l.startsWith("epoch end") ? l.substring(0, 11) : l)
        .containsExactly(
            "start 0/6",
            "epoch 0",
            "step 1",
            "step 2",
            "eval",
            "eval end {a=1.0, score=-2.0} best waiting 0",
            "saved 2 best",
            "step 3",
            "epoch end 0",
            "saved 3",
            "epoch 1",
            "step 4",
            "eval",
            "eval end {a=1.0, score=-4.0} waiting 1",
            "saved 4",
            "step 5",
            "step 6",
            "epoch end 1",
            "eval",
            "eval end {a=1.0, score=-6.0} waiting 2",
            "saved 6",
            "end COMPLETED");
    assertThat(second).startsWith("step 1 seen after 1").hasSize(6);
  }

  @Test
  void reportsWhatAStepDid() throws IOException {
    TrainSettings settings =
        TrainSettings.builder().maxSteps(2).accumulate(3).clip(GradClip.l2(0.01)).build();
    trainer(TaggingTask.inOrder(examples, 4), settings).build().run();
    TrainEvent.StepEnd first = log.steps.getFirst();
    long tokens = examples.subList(0, 12).stream().mapToLong(e -> e.ids().length).sum();
    assertThat(first.examples()).isEqualTo(12);
    assertThat(first.tokens()).isEqualTo(tokens);
    assertThat(first.paddingShare()).isEqualTo(1 - (double) tokens / first.slots(), within(1e-12));
    assertThat(first.rate()).isEqualTo(0.02);
    assertThat(first.gradScale()).isEqualTo(0.01 / (first.gradNorm() + 1e-6));
    assertThat(first.totalSteps()).isEqualTo(2);
    assertThat(first.seconds()).isPositive();
    assertThat(first.liveBytes()).isPositive().isLessThanOrEqualTo(first.peakBytes());
    assertThat(log.steps.getLast().examples()).isEqualTo(8);
  }

  @Test
  void stopsEarlyWhenTheMetricMakesNoProgress() throws IOException {
    double[] scores = {0.5, 0.7, 0.705, 0.4, 0.9, 0.9};
    TrainSettings settings =
        TrainSettings.builder().epochs(6).metric("score", true).patience(2, 0.01).build();
    TrainResult result =
        trainer(TaggingTask.shuffled(examples, 10), settings)
            .evaluator(m -> Map.of("score", scores[log.steps.size() / 2 - 1]))
            .build()
            .run();
    assertThat(result.reason()).isEqualTo(TrainResult.Reason.EARLY_STOPPED);
    assertThat(result.steps()).isEqualTo(8);
    // The best checkpoint is the best one even where the gain was too small to count as progress.
    assertThat(result.bestValue()).hasValue(0.705);
    assertThat(result.bestStep()).isEqualTo(6);
    assertThat(result.lastMetrics()).containsExactly(Map.entry("score", 0.4));
  }

  @Test
  void watchesLossesDownwardsAndNeverTakesNotANumberForTheBest() {
    TrainSettings settings = TrainSettings.builder().metric("loss", false).build();
    BestValue best = BestValue.NONE.after(Double.NaN, 1, settings);
    assertThat(best).isEqualTo(new BestValue(Double.NaN, -1, 1));
    best = best.after(0.5, 2, settings).after(0.6, 3, settings).after(0.4, 4, settings);
    assertThat(best).isEqualTo(new BestValue(0.4, 4, 0));
    assertThat(best.after(Double.NEGATIVE_INFINITY, 5, settings))
        .isEqualTo(new BestValue(0.4, 4, 1));
  }

  @Test
  void stopsAtALossThatIsNotANumberAndNamesStepBatchAndOp() throws IOException {
    DataLoader<float[]> data = numbers(new float[] {1, 2, 3, 4, 5, -6, 7, 8}, 2);
    try (LogModel sick = new LogModel();
        Optimizer descent = new Sgd(ParamGroup.single(sick.parameters(), 0));
        CheckpointStore store = CheckpointStore.open(folder)) {
      TrainSettings settings = TrainSettings.builder().accumulate(2).saveEvery(1).build();
      Trainer trainer =
          Trainer.builder(sick, data, descent, LrSchedules.constant(0.1))
              .settings(settings)
              .checkpoints(store, new ParameterFiles(sick.parameters()))
              .listener(log)
              .build();
      NonFiniteLossException e = catchThrowableOfType(NonFiniteLossException.class, trainer::run);
      assertThat(e.step).isEqualTo(2);
      assertThat(e.epoch).isZero();
      assertThat(e.batch).isEqualTo(2);
      assertThat(e.op).isEqualTo("log");
      assertThat(e)
          .hasMessageStartingWith("training: the loss is NaN in step 2 (epoch 0, batch 2).")
          .hasMessageContaining("First op with such a value: log: made NaN at element 1")
          .hasMessageContaining("no checkpoint was written since");
      assertThat(log.words()).endsWith("saved", "failed NonFiniteLossException");
      assertThat(store.complete()).extracting(Checkpoint::step).containsExactly(1L);
      assertThat(sick.scale.tensor().toFloatArray()[0]).isFinite();
      assertThat(sick.scale.grad()).isNull();
    }
  }

  @Test
  void stopsWhenOnlyTheGradientsAreNotFinite() {
    try (LogModel sick = new LogModel();
        Optimizer descent = new Sgd(ParamGroup.single(sick.parameters(), 0))) {
      sick.rootInstead = true;
      Trainer trainer =
          Trainer.builder(sick, numbers(new float[] {0, 0}, 2), descent, LrSchedules.constant(0.1))
              .build();
      NonFiniteLossException e = catchThrowableOfType(NonFiniteLossException.class, trainer::run);
      assertThat(e).hasMessageContaining("the norm of the gradients is");
      assertThat(e.op).isNotEmpty();
    }
  }

  @Test
  void givesBackAllMemoryAndDoesNotGrow() throws IOException {
    List<TaggingTask.Example> fixed = TaggingTask.examples(12, 21);
    long before = SegmentPool.SHARED.stats().buffers();
    long leakedBefore = settledLeaks();
    List<Long> reserved = new ArrayList<>();
    DataLoader<TaggingTask.Example> data = TaggingTask.inOrder(fixed, 4);
    TrainSettings settings =
        TrainSettings.builder().epochs(500).maxSteps(1000).accumulate(2).build();
    trainer(data, settings)
        .listener(
            new TrainListener() {
              @Override
              public void onStepEnd(TrainEvent.StepEnd event) {
                reserved.add(SegmentPool.SHARED.stats().reserved());
              }
            })
        .build()
        .run();
    assertThat(reserved).hasSize(1000);
    assertThat(reserved.subList(10, 1000)).containsOnly(reserved.get(10));
    optimizer.close();
    MemoryStats after = SegmentPool.SHARED.stats();
    assertThat(after.buffers()).as("live buffers").isLessThanOrEqualTo(before);
    assertThat(settledLeaks()).isEqualTo(leakedBefore);
  }

  /** The number of leaks, once those of earlier tests have all been found. */
  private static long settledLeaks() {
    long leaks = -1;
    for (int same = 0; same < 3; same++) {
      System.gc();
      LockSupport.parkNanos(20_000_000);
      if (LeakTracker.leaked() != leaks) {
        leaks = LeakTracker.leaked();
        same = 0;
      }
    }
    return leaks;
  }

  @Test
  void leavesNothingBehindWhenAListenerFails() {
    long before = SegmentPool.SHARED.stats().buffers();
    Trainer trainer =
        trainer(TaggingTask.shuffled(examples, 4), TrainSettings.builder().build())
            .listener(
                new TrainListener() {
                  @Override
                  public void onStepEnd(TrainEvent.StepEnd event) {
                    throw new IllegalStateException("no disk for the log");
                  }
                })
            .build();
    assertThatThrownBy(trainer::run).hasMessage("no disk for the log");
    assertThat(log.lines).endsWith("failed IllegalStateException");
    optimizer.close();
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void warnsOfParametersThatAreNotTrained() throws IOException {
    Parameter unused = new Parameter("unused.weight", Tensor.zeros(2));
    Parameter frozen = new Parameter("frozen.weight", Tensor.zeros(2));
    Parameter outsider = new Parameter("outsider.weight", Tensor.zeros(2));
    frozen.setTrainable(false);
    List<Parameter> known = new ArrayList<>(model.parameters());
    known.add(unused);
    known.add(frozen);
    model.parameters().addAll(List.of(unused, frozen, outsider));
    try (Optimizer partial = new AdamW(ParamGroup.single(known, 0))) {
      Trainer.builder(model, TaggingTask.shuffled(examples, 4), partial, LrSchedules.constant(0.01))
          .listener(log)
          .build()
          .run();
    }
    assertThat(log.warnings).hasSize(2);
    assertThat(log.warnings.getFirst().paths()).containsExactly("outsider.weight");
    assertThat(log.warnings.getFirst().message())
        .isEqualTo(
            "training: 1 trainable parameters are not known to the optimizer and never updated."
                + " Add or freeze them.");
    assertThat(log.warnings.getLast().paths()).containsExactly("unused.weight", "outsider.weight");
  }

  @Test
  void aStepWithoutLabelsMovesNothing() throws IOException {
    List<TaggingTask.Example> unlabelled =
        List.of(new TaggingTask.Example(new long[] {1, 2}, new long[] {-100, -100}));
    List<float[]> before = model.weights();
    trainer(TaggingTask.inOrder(unlabelled, 1), TrainSettings.builder().build()).build().run();
    assertThat(model.weights()).containsExactlyElementsOf(before);
    assertThat(log.steps.getFirst().loss()).isZero();
    assertThat(optimizer.steps()).isZero();
  }

  @Test
  void refusesSettingsThatContradictEachOther() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainSettings.builder().patience(2, 0).build())
        .withMessage(
            "train settings: early stopping needs a metric to watch (patience 2, no metric).");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainSettings.builder().accumulate(0).build())
        .withMessage("train settings: accumulate must be at least 1, got 0.");
    TrainSettings watching = TrainSettings.builder().metric("f1", true).build();
    DataLoader<TaggingTask.Example> data = TaggingTask.shuffled(examples, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(data, watching).build())
        .withMessageContaining("metric \"f1\" is to be watched, but there is no evaluator");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(data, watching).evaluator(m -> Map.of("acc", 1.0)).build().run())
        .withMessageContaining("\"f1\", is not among those of the evaluator [acc]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(TaggingTask.shuffled(List.of(), 4), TrainSettings.builder().build())
                    .build())
        .withMessageContaining("the training data has no batch");
  }

  private Trainer.Builder trainer(DataLoader<?> data, TrainSettings settings) {
    return Trainer.builder(model, data, optimizer, LrSchedules.constant(0.02))
        .settings(settings)
        .listener(log);
  }

  private double loss(List<TaggingTask.Example> dev, int batchSize) {
    return EvaluationLoop.run(
        model,
        TaggingTask.inOrder(dev, batchSize),
        Device.CPU,
        LossTerm.STANDARD,
        (batch, outputs) -> {});
  }

  private static double accuracy(Trainable model, List<TaggingTask.Example> dev, int batchSize) {
    long[] counts = new long[2];
    EvaluationLoop.run(
        model,
        TaggingTask.inOrder(dev, batchSize),
        Device.CPU,
        List.of(),
        (batch, outputs) -> {
          long[] guesses = outputs.get("logits").argmax(-1).toLongArray();
          long[] labels = batch.get("labels").longs();
          for (int i = 0; i < labels.length; i++) {
            if (labels[i] != LossWeight.IGNORED) {
              counts[0] += guesses[i] == labels[i] ? 1 : 0;
              counts[1]++;
            }
          }
        });
    return (double) counts[0] / counts[1];
  }

  private static DataLoader<float[]> numbers(float[] values, int batchSize) {
    List<float[]> list = new ArrayList<>();
    for (float value : values) {
      list.add(new float[] {value});
    }
    return DataLoader.builder(
            Dataset.of(list),
            new SequentialBatchSampler(list.size(), batchSize, false),
            rows -> {
              float[] x = new float[rows.size()];
              for (int i = 0; i < x.length; i++) {
                x[i] = rows.get(i)[0];
              }
              return Batch.builder(x.length).put("x", HostArray.of(x, x.length)).build();
            })
        .build();
  }

  /** The mean logarithm, or root, of its scaled inputs: not finite for some of them. */
  private static final class LogModel implements Trainable, AutoCloseable {
    private final Parameter scale = new Parameter("scale", Tensor.of(new float[] {1}));
    private boolean rootInstead;

    @Override
    public List<Parameter> parameters() {
      return List.of(scale);
    }

    @Override
    public void setTraining(boolean training) {}

    @Override
    public TensorMap forward(TensorMap inputs) {
      Tensor x = inputs.get("x").mul(scale.tensor());
      return TensorMap.of("loss", (rootInstead ? x.sqrt() : x.log()).mean());
    }

    @Override
    public void close() {
      scale.close();
    }
  }
}
