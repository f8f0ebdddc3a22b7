package dev.bearhug.tasks.evaluator;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Model;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.train.BatchTensors;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Runs a model over many examples without gradients and dropout.
 *
 * <p>Examples of similar length share a batch, and the outputs come back in the order of the data.
 * The model is left as it was found, in training mode or not.
 */
public final class ModelScorer {

  private final Model model;
  private final Device device;
  private final DType precision;

  /**
   * Creates a scorer.
   *
   * @param model has an output {@code logits} of shape {@code [batch, outputs]}
   * @param device where the model's parameters are
   * @param precision {@code F32}, or {@code BF16} for matrix products in bf16
   */
  public ModelScorer(Model model, Device device, DType precision) {
    this.model = model;
    this.device = device;
    this.precision = precision;
  }

  /** Returns the outputs for each example; see {@link #logits(FeatureSet, int, LongConsumer)}. */
  public <F> List<float[]> logits(FeatureSet<F> examples, int batchSize) {
    return logits(examples, batchSize, done -> {});
  }

  /**
   * Returns the outputs for each example.
   *
   * @param examples what to run the model on
   * @param batchSize examples of one forward pass, at least 1
   * @param progress told after each batch how many examples are done
   */
  public <F> List<float[]> logits(FeatureSet<F> examples, int batchSize, LongConsumer progress) {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "scorer: a batch must have at least one example, got " + batchSize + ".");
    }
    int[] lengths = examples.lengths();
    int[] order =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -lengths[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    float[][] outputs = new float[lengths.length][];
    boolean training = model.isTraining();
    model.setTraining(false);
    try (NoGrad ignored = NoGrad.enter();
        Autocast cast = Autocast.enter(precision)) {
      for (int from = 0; from < order.length; from += batchSize) {
        int[] rows = Arrays.copyOfRange(order, from, Math.min(order.length, from + batchSize));
        score(examples, rows, outputs);
        progress.accept(Math.min(order.length, from + batchSize));
      }
    } finally {
      model.setTraining(training);
    }
    return Arrays.asList(outputs);
  }

  private <F> void score(FeatureSet<F> examples, int[] rows, float[][] outputs) {
    List<F> chosen = new ArrayList<>(rows.length);
    for (int row : rows) {
      chosen.add(examples.features().get(row));
    }
    Batch batch = examples.collator().collate(chosen);
    try (Scope scope = Scope.open("evaluation")) {
      Tensor logits = model.forward(BatchTensors.of(batch, device)).get("logits");
      float[] values = logits.toFloatArray();
      int width = values.length / rows.length;
      for (int i = 0; i < rows.length; i++) {
        outputs[rows[i]] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
      }
    }
  }
}
