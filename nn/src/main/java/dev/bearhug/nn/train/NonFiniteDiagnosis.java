package dev.bearhug.nn.train;

import dev.bearhug.autograd.AnomalyMode;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.tensor.error.NonFiniteException;
import dev.bearhug.tensor.memory.Scope;

/** Finds out which op made the loss or a gradient of a step not finite, by running it again. */
final class NonFiniteDiagnosis {
  private final Trainable model;
  private final MicroBatches batches;
  private final LoaderState from;
  private final long step;

  NonFiniteDiagnosis(Trainable model, MicroBatches batches, LoaderState from, long step) {
    this.model = model;
    this.batches = batches;
    this.from = from;
    this.step = step;
  }

  /**
   * Runs the batches again with the checks on; the random numbers must be those of the first time.
   *
   * @return the error to throw; no gradient is left
   */
  NonFiniteLossException explain(double loss, double gradNorm) {
    model.parameters().forEach(Parameter::zeroGrad);
    int index = 0;
    try (AnomalyMode ignored = AnomalyMode.enter()) {
      for (; index < batches.size(); index++) {
        try (Scope scope = Scope.open("anomaly")) {
          batches.backward(index);
        }
      }
    } catch (NonFiniteException e) {
      return error(loss, gradNorm, index, e);
    } finally {
      model.parameters().forEach(Parameter::zeroGrad);
    }
    return error(loss, gradNorm, 0, null);
  }

  private NonFiniteLossException error(
      double loss, double gradNorm, int index, NonFiniteException cause) {
    long batch = from.batch() + (long) index;
    String place = "step " + step + " (epoch " + from.epoch() + ", batch " + batch + ")";
    String what =
        Double.isFinite(loss) ? "the norm of the gradients is " + gradNorm : "the loss is " + loss;
    String first =
        cause == null
            ? "Run again with checks, every op was finite: only a sum over all of them overflowed."
            : "First op with such a value: " + cause.getMessage();
    return new NonFiniteLossException(
        step,
        from.epoch(),
        batch,
        cause == null ? "" : cause.op,
        "training: "
            + what
            + " in "
            + place
            + ".\n  "
            + first
            + "\n"
            + "  The weights are those before this step and no checkpoint was written since. Lower"
            + " the learning rate, clip gradients, or look at the examples of this batch; then"
            + " resume from the last checkpoint.",
        cause);
  }
}
