package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * RAdam: Adam that leaves out the division while the second mean rests on too few gradients, and
 * scales it by its variance afterwards.
 *
 * <p>Source: Liu et al., <a href="https://arxiv.org/abs/1908.03265">On the variance of the adaptive
 * learning rate and beyond</a>, 2020. The usual rate is 0.001.
 */
public final class RAdam extends Optimizer {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";

  /** Length of the simple average that stands for the second mean, below which it is not used. */
  private static final double SHORTEST = 5;

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of the gradients, from 0 to below 1
   * @param beta2 decay of the mean of the squared gradients, from 0 to below 1
   * @param eps added to the root of the second mean; finite and not negative
   * @param decoupledDecay whether weights shrink by {@code rate * decay} before each step, instead
   *     of an L2 penalty on the gradient
   */
  public record Settings(double beta1, double beta2, double eps, boolean decoupledDecay) {

    /** The usual constants: 0.9, 0.999, 1e-8, L2 penalty. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, false);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("radam", "beta1", beta1);
      Hyper.decay("radam", "beta2", beta2);
      Hyper.notNegative("radam", "eps", eps);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public RAdam(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public RAdam(List<ParamGroup> groups, Settings settings) {
    super("radam", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, MEAN), StateSlot.like(parameter, SQUARE));
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient =
        settings.decoupledDecay() ? update.scaledGradient() : update.penalizedGradient();
    if (settings.decoupledDecay()) {
      InPlace.shrink(update.weights(), update.rate(), update.weightDecay());
    }
    Tensor mean = update.slot(MEAN);
    Tensor square = update.slot(SQUARE);
    InPlace.average(mean, settings.beta1(), gradient);
    InPlace.average(square, settings.beta2(), gradient.square());
    long step = update.state().steps();
    double rate = update.rate() / (1 - Math.pow(settings.beta1(), step));
    double correction2 = 1 - Math.pow(settings.beta2(), step);
    double most = 2 / (1 - settings.beta2()) - 1;
    double length = most - 2 * step * Math.pow(settings.beta2(), step) / correction2;
    if (length > SHORTEST) {
      double rectified =
          Math.sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
      double factor = -rate * rectified * Math.sqrt(correction2);
      InPlace.add(update.weights(), factor, mean.div(square.sqrt().add(settings.eps())));
    } else {
      InPlace.add(update.weights(), -rate, mean);
    }
  }
}
