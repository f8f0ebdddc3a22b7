package dev.bearhug.nn.train;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.Collator;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.Dataset;
import dev.bearhug.nn.data.HostArray;
import dev.bearhug.nn.data.RandomBatchSampler;
import dev.bearhug.nn.data.SequentialBatchSampler;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.backend.PhiloxGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A small task with padding and ignored labels: each token has the class of its id modulo 3. */
final class TaggingTask {
  static final int WORDS = 12;
  static final int CLASSES = 3;
  private static final int WIDTH = 8;

  private TaggingTask() {}

  /** A sequence of token ids with a label each. */
  record Example(long[] ids, long[] labels) {}

  /** Sequences of 1 to 6 tokens; a fifth of the labels, and all of some sequences, are ignored. */
  static List<Example> examples(int count, long seed) {
    PhiloxGenerator random = new PhiloxGenerator(seed, 1);
    List<Example> examples = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      long[] ids = new long[1 + random.nextInt(6)];
      long[] labels = new long[ids.length];
      boolean ignoreAll = n % 7 == 3;
      for (int i = 0; i < ids.length; i++) {
        ids[i] = random.nextInt(WORDS);
        boolean ignored = ignoreAll || random.nextInt(5) == 0;
        labels[i] = ignored ? LossWeight.IGNORED : ids[i] % CLASSES;
      }
      examples.add(new Example(ids, labels));
    }
    return examples;
  }

  static final Collator<Example> COLLATOR =
      examples -> {
        int longest = examples.stream().mapToInt(e -> e.ids().length).max().orElseThrow();
        long[] ids = new long[examples.size() * longest];
        long[] labels = new long[ids.length];
        Arrays.fill(labels, LossWeight.IGNORED);
        long tokens = 0;
        for (int row = 0; row < examples.size(); row++) {
          Example e = examples.get(row);
          System.arraycopy(e.ids(), 0, ids, row * longest, e.ids().length);
          System.arraycopy(e.labels(), 0, labels, row * longest, e.labels().length);
          tokens += e.ids().length;
        }
        return Batch.builder(examples.size())
            .put("ids", HostArray.of(ids, examples.size(), longest))
            .put("labels", HostArray.of(labels, examples.size(), longest))
            .tokens(tokens, ids.length)
            .build();
      };

  /** Batches in a random order that does not depend on the batch size. */
  static DataLoader<Example> shuffled(List<Example> examples, int batchSize) {
    return DataLoader.builder(
            Dataset.of(examples),
            new RandomBatchSampler(examples.size(), batchSize, false),
            COLLATOR)
        .seed(5)
        .prefetch(2)
        .build();
  }

  static DataLoader<Example> inOrder(List<Example> examples, int batchSize) {
    return DataLoader.builder(
            Dataset.of(examples),
            new SequentialBatchSampler(examples.size(), batchSize, false),
            COLLATOR)
        .prefetch(0)
        .build();
  }

  /** Embedding, a hidden layer with dropout, and a classifier of each token. */
  static final class Model implements Trainable, AutoCloseable {
    private final List<Parameter> parameters = new ArrayList<>();
    private final double dropout;
    private boolean training;

    Model(long seed, double dropout) {
      this.dropout = dropout;
      PhiloxGenerator random = new PhiloxGenerator(seed, 0);
      add(random, "embedding.weight", WORDS, WIDTH);
      add(random, "hidden.weight", WIDTH, WIDTH);
      add(random, "hidden.bias", WIDTH);
      add(random, "classifier.weight", CLASSES, WIDTH);
      add(random, "classifier.bias", CLASSES);
    }

    private void add(PhiloxGenerator random, String path, long... shape) {
      int count = 1;
      for (long size : shape) {
        count *= (int) size;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      parameters.add(new Parameter(path, Tensor.of(values, shape)));
    }

    @Override
    public List<Parameter> parameters() {
      return parameters;
    }

    boolean isTraining() {
      return training;
    }

    @Override
    public void setTraining(boolean training) {
      this.training = training;
    }

    Tensor weight(int index) {
      return parameters.get(index).tensor();
    }

    @Override
    public TensorMap forward(TensorMap inputs) {
      Tensor hidden = weight(0).embedding(inputs.get("ids")).linear(weight(1), weight(2)).tanh();
      Tensor dropped = training ? hidden.dropout(dropout) : hidden;
      Tensor logits = dropped.linear(weight(3), weight(4));
      TensorMap outputs = TensorMap.of("logits", logits);
      Tensor labels = inputs.getOrNull("labels");
      if (labels != null) {
        Tensor rows = logits.reshape(labels.numel(), CLASSES);
        outputs.put("loss", rows.crossEntropy(labels.reshape(labels.numel())));
      }
      return outputs;
    }

    /** All weights, one array per parameter. */
    List<float[]> weights() {
      return parameters.stream().map(p -> p.tensor().toFloatArray()).toList();
    }

    @Override
    public void close() {
      parameters.forEach(Parameter::close);
    }
  }
}
