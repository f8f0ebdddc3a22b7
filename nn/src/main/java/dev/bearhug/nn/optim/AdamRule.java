package dev.bearhug.nn.optim;

import dev.bearhug.autograd.CastCache;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AdamWOp;
import java.util.List;

/**
 * The update that {@link Adam} and {@link AdamW} share: {@code m = b1 m + (1 - b1) g; v = b2 v + (1
 * - b2) g^2; p -= rate / c1 * m / (sqrt(v) / sqrt(c2) + eps)}. If mixed precision keeps a lowered
 * copy of the parameter, the same pass writes it.
 *
 * @param settings the constants
 */
record AdamRule(AdamSettings settings) {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final String LARGEST = "max_exp_avg_sq";

  List<StateSlot> slots(Tensor parameter) {
    StateSlot mean = StateSlot.like(parameter, MEAN);
    StateSlot square = StateSlot.like(parameter, SQUARE);
    return settings.amsgrad()
        ? List.of(mean, square, StateSlot.like(parameter, LARGEST))
        : List.of(mean, square);
  }

  /**
   * Updates one parameter.
   *
   * @param gradient what the parameter's gradient is, with what the weights add to it
   * @param gradScale factor still to be applied to it
   * @param decay decoupled decay rate, 0 for none
   */
  void apply(ParamUpdate update, Tensor gradient, double gradScale, double decay) {
    ParamState state = update.state();
    AdamWOp.Attrs step =
        AdamWOp.Attrs.atStep(
            state.steps(),
            update.rate(),
            settings.beta1(),
            settings.beta2(),
            settings.eps(),
            decay,
            gradScale);
    Tensor parameter = update.parameter().tensor();
    Tensor copy = CastCache.held(parameter);
    Dispatcher.apply(
        AdamWOp.INSTANCE,
        step,
        parameter,
        gradient,
        state.slot(MEAN),
        state.slot(SQUARE),
        settings.amsgrad() ? state.slot(LARGEST) : null,
        copy);
    if (copy != null) {
      CastCache.markCurrent(parameter);
    }
  }
}
