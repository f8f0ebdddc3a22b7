package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * Adamax: Adam with the largest decayed gradient instead of the mean of squares, {@code u =
 * max(beta2 u, |g| + eps); p -= rate / (1 - beta1^t) * m / u}, and weight decay as an L2 penalty.
 *
 * <p>Source: Kingma and Ba, <a href="https://arxiv.org/abs/1412.6980">Adam: a method for stochastic
 * optimization</a>, section 7.1, 2015. The usual rate is 0.002.
 */
public final class Adamax extends Optimizer {
  private static final String MEAN = "exp_avg";
  private static final String LARGEST = "exp_inf";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of the gradients, from 0 to below 1
   * @param beta2 decay of the largest gradient, from 0 to below 1
   * @param eps added to the size of each gradient; finite and not negative
   */
  public record Settings(double beta1, double beta2, double eps) {

    /** The usual constants: 0.9, 0.999, 1e-8. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("adamax", "beta1", beta1);
      Hyper.decay("adamax", "beta2", beta2);
      Hyper.notNegative("adamax", "eps", eps);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Adamax(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Adamax(List<ParamGroup> groups, Settings settings) {
    super("adamax", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, MEAN), StateSlot.like(parameter, LARGEST));
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient = update.penalizedGradient();
    Tensor mean = update.slot(MEAN);
    Tensor largest = update.slot(LARGEST);
    InPlace.average(mean, settings.beta1(), gradient);
    Tensor decayed = largest.mul(settings.beta2());
    largest.assign(decayed.maximum(gradient.abs().add(settings.eps())));
    double rate = update.rate() / (1 - Math.pow(settings.beta1(), update.state().steps()));
    InPlace.add(update.weights(), -rate, mean.div(largest));
  }
}
