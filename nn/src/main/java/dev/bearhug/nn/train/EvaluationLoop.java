package dev.bearhug.nn.train;

import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.BatchStream;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import java.util.List;

/**
 * Runs a model over data without training it.
 *
 * <p>Runs in the precision of the caller; open an {@link dev.bearhug.autograd.Autocast} around it
 * for bf16. The loss is the mean over all labels that count, not over batches, so it does not
 * depend on how the data is cut into batches (but for rounding).
 */
public final class EvaluationLoop {

  private EvaluationLoop() {}

  /** Receives the outputs of each batch. */
  @FunctionalInterface
  public interface Sink {

    /**
     * Takes what it needs of the outputs, which are released when it returns.
     *
     * @param batch the batch
     * @param outputs what the model returned for it
     */
    void accept(Batch batch, TensorMap outputs);
  }

  /**
   * Runs the model, in evaluation mode and left there, over one epoch of the data.
   *
   * @param model the model
   * @param data the examples; every one is seen once
   * @param device where the inputs go
   * @param terms summands of the loss; none if the data has no labels
   * @param sink receives the outputs of each batch
   * @return the loss; 0 without terms, not a number if no label of a term counts
   */
  public static double run(
      Trainable model, DataLoader<?> data, Device device, List<LossTerm> terms, Sink sink) {
    model.setTraining(false);
    double[] sums = new double[terms.size()];
    double[] weights = new double[terms.size()];
    try (NoGrad ignored = NoGrad.enter();
        BatchStream batches = data.epoch(0)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        try (Scope scope = Scope.open("evaluation batch")) {
          TensorMap outputs = model.forward(BatchTensors.of(batch, device));
          for (int i = 0; i < sums.length; i++) {
            double weight = terms.get(i).weightOf(batch);
            if (weight > 0) {
              weights[i] += weight;
              sums[i] += weight * outputs.get(terms.get(i).output()).item();
            }
          }
          sink.accept(batch, outputs);
        }
      }
    }
    double loss = 0;
    for (int i = 0; i < sums.length; i++) {
      loss += sums[i] / weights[i];
    }
    return loss;
  }
}
