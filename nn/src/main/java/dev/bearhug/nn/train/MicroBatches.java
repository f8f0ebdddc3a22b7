package dev.bearhug.nn.train;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.error.ShapeException;
import java.util.List;

/**
 * The batches of one step and their shares of its loss: for each term the labels that count here
 * over those that count in all of them. So the sum is the loss of the whole batch.
 */
final class MicroBatches {
  private final Trainable model;
  private final Device device;
  private final List<LossTerm> terms;
  private final List<Batch> batches;
  private final DType precision;
  private final double[][] shares;
  private boolean labelled;

  MicroBatches(
      Trainable model, Device device, DType precision, List<LossTerm> terms, List<Batch> batches) {
    this.precision = precision;
    this.model = model;
    this.device = device;
    this.terms = terms;
    this.batches = batches;
    this.shares = new double[batches.size()][terms.size()];
    for (int term = 0; term < terms.size(); term++) {
      double total = 0;
      for (int i = 0; i < batches.size(); i++) {
        shares[i][term] = terms.get(term).weightOf(batches.get(i));
        total += shares[i][term];
      }
      labelled |= total > 0;
      for (int i = 0; i < batches.size() && total > 0; i++) {
        shares[i][term] /= total;
      }
    }
  }

  int size() {
    return batches.size();
  }

  /** Whether any label counts. */
  boolean labelled() {
    return labelled;
  }

  /**
   * Runs the model on one batch and adds its part of the gradients.
   *
   * @return its part of the loss, in the present scope; null if none of its labels counts, then
   *     nothing was run
   */
  Tensor backward(int index) {
    TensorMap outputs = null;
    Tensor loss = null;
    for (int term = 0; term < terms.size(); term++) {
      double share = shares[index][term];
      if (share > 0) {
        if (outputs == null) {
          try (Autocast cast = Autocast.enter(precision)) {
            outputs = model.forward(BatchTensors.of(batches.get(index), device));
          }
        }
        Tensor part = scalar(outputs, terms.get(term).output());
        part = share == 1 ? part : part.mul(share);
        loss = loss == null ? part : loss.add(part);
      }
    }
    if (loss == null) {
      return null;
    }
    Autograd.backward(loss);
    return loss.detach();
  }

  private static Tensor scalar(TensorMap outputs, String name) {
    Tensor loss = outputs.get(name);
    if (loss.numel() != 1) {
      throw new ShapeException(
          "training",
          "the loss must be a single number, output "
              + name
              + " is "
              + loss.describe()
              + ". Reduce it with mean().");
    }
    return loss;
  }
}
