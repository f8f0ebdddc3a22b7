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
    ParamState state) {}
