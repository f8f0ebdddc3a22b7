package dev.bearhug.nn.optim;

import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Tensor;

/**
 * One parameter in one step, as an optimizer's rule sees it.
 *
 * @param parameter the parameter, which has a gradient
 * @param gradient its gradient before scaling; must not be changed
 * @param rate learning rate of its group in this step
 * @param weightDecay decay rate of its group
 * @param gradScale factor to apply to the gradient (clipping); 1 for none
 * @param state what the optimizer remembers of this parameter, its step count already raised
 */
public record ParamUpdate(
    Parameter parameter,
    Tensor gradient,
    double rate,
    double weightDecay,
    double gradScale,
    ParamState state) {

  /** Returns the weights, which rules change in place. */
  public Tensor weights() {
    return parameter.tensor();
  }

  /** Returns a state tensor, see {@link ParamState#slot}. */
  public Tensor slot(String name) {
    return state.slot(name);
  }

  /** Returns the gradient times the factor, in memory of its own. */
  public Tensor scaledGradient() {
    return gradient.mul(gradScale);
  }

  /**
   * Returns the scaled gradient plus {@code weightDecay * weights}, the gradient of an L2 penalty;
   * in memory of its own.
   */
  public Tensor penalizedGradient() {
    Tensor sum = scaledGradient();
    if (weightDecay != 0) {
      InPlace.add(sum, weightDecay, weights());
    }
    return sum;
  }
}
