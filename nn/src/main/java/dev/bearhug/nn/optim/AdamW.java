package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * Adam with decoupled weight decay: weights shrink by {@code rate * decay} before each update,
 * instead of adding to the gradient.
 *
 * <p>Source: Loshchilov and Hutter, <a href="https://arxiv.org/abs/1711.05101">Decoupled weight
 * decay regularization</a>, 2019.
 */
public final class AdamW extends Optimizer {
  private final AdamRule rule;

  /** Creates the optimizer with the usual constants. */
  public AdamW(List<ParamGroup> groups) {
    this(groups, AdamSettings.DEFAULT);
  }

  /** Creates the optimizer. */
  public AdamW(List<ParamGroup> groups, AdamSettings settings) {
    super("adamw", groups);
    this.rule = new AdamRule(settings);
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return rule.slots(parameter);
  }

  @Override
  protected void update(ParamUpdate update) {
    rule.apply(update, update.gradient(), update.gradScale(), update.weightDecay());
  }
}
