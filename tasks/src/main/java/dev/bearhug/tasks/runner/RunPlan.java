package dev.bearhug.tasks.runner;

import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tasks.model.MemoryPlan;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.registry.Task;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a run will do and cost, found out by its own first steps; nothing is written.
 *
 * @param reads what becomes of the lines of each split, texts cut included
 * @param labels the labels
 * @param vocabulary number of tokens of the tokenizer
 * @param tokens number of tokens of the train examples
 * @param longest tokens of the longest train example
 * @param largestBatch tokens of the largest batch that the train examples can make
 * @param stepsPerEpoch optimizer steps of an epoch
 * @param steps optimizer steps of the run unless it stops early
 * @param precision numbers of the run
 * @param memory memory by category
 * @param memoryLimit most memory for tensors, in bytes
 */
public record RunPlan(
    List<ReadReport> reads,
    LabelSet labels,
    int vocabulary,
    long tokens,
    int longest,
    long largestBatch,
    long stepsPerEpoch,
    long steps,
    ChosenPrecision precision,
    MemoryPlan memory,
    long memoryLimit) {

  /** Copies the list. */
  public RunPlan {
    reads = List.copyOf(reads);
  }

  /**
   * Makes the plan of a run.
   *
   * @param runner the run
   * @throws RuntimeException as {@link Runner#run}, for all that is wrong with its input
   */
  public static RunPlan of(Runner runner) {
    return of(runner, runner.task(runner.config().task()));
  }

  private static <F> RunPlan of(Runner runner, Task<F> task) {
    RunConfig config = runner.config();
    TrainSection train = config.train();
    Device device = runner.selectDevice(train);
    ChosenPrecision precision = ChosenPrecision.of(train.precision(), device);
    Processor<F> data = runner.readData(task);
    try (Tokenizer tokenizer = runner.openTokenizer(data);
        PretrainedModel model = runner.openModel(task.head(data.labels()), tokenizer, device)) {
      List<ReadReport> reads = new ArrayList<>();
      for (ReadReport read : data.reports()) {
        FeatureSet<F> set = data.features(read.split(), tokenizer, config.tokenizer().maxLength());
        reads.add(read.withLongTexts(set.cut(), set.maxLength()));
      }
      FeatureSet<F> examples =
          data.features(Split.TRAIN, tokenizer, config.tokenizer().maxLength());
      DataLoader<F> loader = runner.trainLoader(examples);
      StepCount steps = StepCount.of(train, loader.batchesPerEpoch());
      long largest = largestBatch(examples.lengths(), train.batchSize());
      return new RunPlan(
          reads,
          data.labels(),
          tokenizer.vocabSize(),
          examples.tokens(),
          examples.longest(),
          largest,
          steps.perEpoch(),
          steps.total(),
          precision,
          MemoryPlan.of(model, train, precision.type(), largest),
          Backends.get(device.type()).allocator(device).stats().limit());
    }
  }

  /** The sum of the largest lengths. */
  static long largestBatch(int[] lengths, int batchSize) {
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return Arrays.stream(sorted, Math.max(0, sorted.length - batchSize), sorted.length)
        .asLongStream()
        .sum();
  }
}
