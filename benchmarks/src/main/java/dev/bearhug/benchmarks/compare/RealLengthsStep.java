package dev.bearhug.benchmarks.compare;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.benchmarks.compare.TextSet.Text;
import dev.bearhug.benchmarks.workload.BertStep;
import dev.bearhug.benchmarks.workload.Workload;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.BatchSampler;
import dev.bearhug.nn.data.BatchStream;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.Dataset;
import dev.bearhug.nn.data.HostArray;
import dev.bearhug.nn.data.LengthGroupedBatchSampler;
import dev.bearhug.nn.data.ShuffledBatchSampler;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.nn.train.BatchTensors;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.model.Backbone;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** An epoch of training BERT-base on texts, by the loader and the order of a training run. */
final class RealLengthsStep implements Workload {

  private static final long SEED = 1;
  private static final double RATE = 2e-5;
  private static final double WEIGHT_DECAY = 0.01;

  private final PretrainedModel model;
  private final AdamW optimizer;
  private final DataLoader<Text> loader;
  private final RandomSource random = new RandomSource(SEED);
  private final DType precision;
  private long epoch;
  private double paddingShare;

  RealLengthsStep(TextSet set, DType precision) {
    this.precision = precision;
    List<String> labels = IntStream.range(0, set.classes()).mapToObj(i -> "class" + i).toList();
    BertConfig config = BertConfig.base(Cases.VOCABULARY).withDropout(BertStep.DROPOUT);
    model = AutoModel.create(config, HeadSpec.classification(labels), SEED, Device.CPU);
    model.setTraining(true);
    optimizer = new AdamW(ParamGroup.single(model.parameters(), WEIGHT_DECAY));
    int[] lengths = set.texts().stream().mapToInt(t -> t.ids().length).toArray();
    BatchSampler sampler =
        new ShuffledBatchSampler(new LengthGroupedBatchSampler(lengths, TextSet.BATCH, false));
    loader =
        DataLoader.builder(Dataset.of(set.texts()), sampler, RealLengthsStep::collate)
            .seed(SEED)
            .build();
  }

  /** Pads to the longest text of the batch. */
  private static Batch collate(List<Text> texts) {
    int rows = texts.size();
    int width = texts.stream().mapToInt(t -> t.ids().length).max().orElseThrow();
    long[] ids = new long[rows * width];
    long[] mask = new long[rows * width];
    long tokens = 0;
    for (int row = 0; row < rows; row++) {
      int[] text = texts.get(row).ids();
      for (int i = 0; i < text.length; i++) {
        ids[row * width + i] = text[i];
      }
      Arrays.fill(mask, row * width, row * width + text.length, 1);
      tokens += text.length;
    }
    long[] labels = texts.stream().mapToLong(Text::label).toArray();
    return Batch.builder(rows)
        .put(Backbone.INPUT_IDS, HostArray.of(ids, rows, width))
        .put(Backbone.ATTENTION_MASK, HostArray.of(mask, rows, width))
        .put(Head.LABELS, HostArray.of(labels, rows))
        .tokens(tokens, ids.length)
        .build();
  }

  @Override
  public void run() {
    try (BatchStream batches = loader.epoch(epoch++)) {
      while (batches.hasNext()) {
        step(batches.next());
      }
      paddingShare = batches.stats().paddingShare();
    }
  }

  private void step(Batch batch) {
    try (Scope scope = Scope.open("train");
        RandomSource.Use use = RandomSource.use(random)) {
      TensorMap inputs = BatchTensors.of(batch, Device.CPU);
      Tensor loss;
      try (Autocast cast = Autocast.enter(precision)) {
        loss = model.forward(inputs).get(Head.LOSS);
      }
      optimizer.zeroGrad();
      Autograd.backward(loss);
      optimizer.step(RATE);
      if (!Double.isFinite(loss.item())) {
        throw new IllegalStateException("engine: the loss of BERT is not finite.");
      }
    }
  }

  @Override
  public Map<String, Double> facts() {
    Map<String, Double> facts = new HashMap<>(EngineWorkloads.tensorPeak());
    facts.put("padding_share", paddingShare);
    return facts;
  }

  @Override
  public void close() {
    optimizer.zeroGrad();
    optimizer.close();
    model.close();
  }
}
