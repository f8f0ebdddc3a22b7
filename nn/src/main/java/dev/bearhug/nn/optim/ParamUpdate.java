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

  /** Returns the scaled gradient plus {@code l2} times the weights; a new tensor where needed. */
  Tensor scaledGradient(double l2) {
    Tensor scaled = gradScale == 1 ? gradient : gradient.mul(gradScale);
    return l2 == 0 ? scaled : scaled.add(parameter.tensor().mul(l2));
  }
}
