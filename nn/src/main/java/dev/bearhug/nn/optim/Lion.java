package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.LionOp;
import java.util.List;

/**
 * Lion: steps of equal size along the sign of a mean of the gradients, {@code p *= 1 - rate decay;
 * p -= rate * sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g}.
 *
 * <p>Keeps half the state of Adam. Source: Chen et al., <a
 * href="https://arxiv.org/abs/2302.06675">Symbolic discovery of optimization algorithms</a>, 2023;
 * its authors take 3 to 10 times smaller rates than for AdamW, and as much larger weight decay. The
 * usual rate is 1e-4.
 */
public final class Lion extends Optimizer {
  private static final String MEAN = "exp_avg";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 weight of the old mean in the direction, from 0 to below 1
   * @param beta2 decay of the mean of the gradients, from 0 to below 1
   */
  public record Settings(double beta1, double beta2) {

    /** The usual constants: 0.9, 0.99. */
    public static final Settings DEFAULT = new Settings(0.9, 0.99);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("lion", "beta1", beta1);
      Hyper.decay("lion", "beta2", beta2);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Lion(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Lion(List<ParamGroup> groups, Settings settings) {
    super("lion", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, MEAN));
  }

  @Override
  protected void update(ParamUpdate update) {
    LionOp.Attrs attrs =
        new LionOp.Attrs(
            update.rate(),
            settings.beta1(),
            settings.beta2(),
            update.weightDecay(),
            update.gradScale());
    Dispatcher.apply(
        LionOp.INSTANCE, attrs, update.weights(), update.gradient(), update.slot(MEAN));
  }
}
