package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * Adam: steps along the mean of the gradients over the root of the mean of their squares; weight
 * decay is an L2 penalty whose gradient is added to the others.
 *
 * <p>Source: Kingma and Ba, <a href="https://arxiv.org/abs/1412.6980">Adam: a method for stochastic
 * optimization</a>, 2015. For weight decay {@link AdamW} is the better choice.
 */
public final class Adam extends Optimizer {
  private final AdamRule rule;

  /** Creates the optimizer with the usual constants. */
  public Adam(List<ParamGroup> groups) {
    this(groups, AdamSettings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Adam(List<ParamGroup> groups, AdamSettings settings) {
    super("adam", groups);
    this.rule = new AdamRule(settings);
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return rule.slots(parameter);
  }

  @Override
  protected void update(ParamUpdate update) {
    if (update.weightDecay() == 0) {
      rule.apply(update, update.gradient(), update.gradScale(), 0);
    } else {
      rule.apply(update, update.penalizedGradient(), 1, 0);
    }
  }
}
