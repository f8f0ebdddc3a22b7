package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;
import java.util.List;

/**
 * The update that {@link Adam} and {@link AdamW} share: {@code m = b1 m + (1 - b1) g; v = b2 v + (1
 * - b2) g^2; p -= rate / c1 * m / (sqrt(v) / sqrt(c2) + eps)}.
 *
 * @param settings the constants
 */
record AdamRule(AdamSettings settings) {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final String LARGEST = "max_exp_avg_sq";

  List<String> slotNames() {
    return settings.amsgrad() ? List.of(MEAN, SQUARE, LARGEST) : List.of(MEAN, SQUARE);
  }

  /**
   * Updates one parameter.
   *
   * @param gradient scaled, with what the weights add to it
   * @param decay decoupled decay rate, 0 for none
   */
  void apply(ParamUpdate update, Tensor gradient, double decay) {
    Tensor weights = update.parameter().tensor();
    Tensor mean = update.state().slot(MEAN);
    Tensor square = update.state().slot(SQUARE);
    long steps = update.state().steps();
    mean.assign(mean.mul(settings.beta1()).add(gradient.mul(1 - settings.beta1())));
    square.assign(square.mul(settings.beta2()).add(gradient.square().mul(1 - settings.beta2())));
    Tensor second = square;
    if (settings.amsgrad()) {
      Tensor largest = update.state().slot(LARGEST);
      largest.assign(largest.maximum(square));
      second = largest;
    }
    if (decay != 0) {
      weights.assign(weights.mul(1 - update.rate() * decay));
    }
    double root = Math.sqrt(settings.correction2(steps));
    Tensor denominator = second.sqrt().div(root).add(settings.eps());
    double stepSize = update.rate() / settings.correction1(steps);
    Dispatcher.apply(AccumulateOp.INSTANCE, -stepSize, weights, mean.div(denominator));
  }
}
