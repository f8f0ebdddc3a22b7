package dev.bearhug.nn.train;

import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;
import java.util.List;

/** One optimizer step: forward and backward of its batches, then the update. */
final class StepRunner {
  private final Trainable model;
  private final Optimizer optimizer;
  private final List<LossTerm> terms;
  private final GradClip clip;
  private final Device device;
  private final DType precision;
  private final RandomSource random;

  StepRunner(
      Trainable model,
      Optimizer optimizer,
      List<LossTerm> terms,
      GradClip clip,
      Device device,
      DType precision,
      RandomSource random) {
    this.precision = precision;
    this.model = model;
    this.optimizer = optimizer;
    this.terms = terms;
    this.clip = clip;
    this.device = device;
    this.random = random;
  }

  /**
   * Computes loss and gradients.
   *
   * @param batches the batches of the step
   * @param from position of the first of them
   * @param step number of the step, from 1
   * @throws NonFiniteLossException if loss or gradients are not finite; no gradient is left then
   */
  StepPass backward(List<Batch> batches, LoaderState from, long step) {
    RandomSource.State before = random.state();
    MicroBatches micro = new MicroBatches(model, device, precision, terms, batches);
    if (!micro.labelled()) {
      return new StepPass(0, 0, false);
    }
    double loss;
    try (Scope scope = Scope.open("train-step")) {
      loss = backward(micro).item();
    }
    double norm =
        clip == null ? GradClip.norm(model.parameters(), 2) : clip.norm(model.parameters());
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      random.restore(before);
      throw new NonFiniteDiagnosis(model, micro, from, step).explain(loss, norm);
    }
    return new StepPass(loss, norm, true);
  }

  private static Tensor backward(MicroBatches micro) {
    Tensor total = null;
    for (int i = 0; i < micro.size(); i++) {
      try (Scope scope = Scope.open("micro-batch")) {
        Tensor loss = micro.backward(i);
        if (loss == null) {
          continue;
        }
        try (NoGrad ignored = NoGrad.enter()) {
          if (total == null) {
            total = scope.keep(loss.copy());
          } else {
            Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, total, loss.reshape(total.shape().dims()));
          }
        }
      }
    }
    return total;
  }

  /**
   * Updates the parameters and drops the gradients.
   *
   * @return the factor that clipping put on the gradients
   */
  double update(double rate, double gradNorm) {
    double scale = clip == null ? 1 : clip.factor(gradNorm);
    optimizer.step(rate, scale);
    model.parameters().forEach(Parameter::zeroGrad);
    return scale;
  }
}
