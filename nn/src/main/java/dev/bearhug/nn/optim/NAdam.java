package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * NAdam: Adam with Nesterov's look-ahead; the momentum of step t is {@code beta1 (1 - 0.5 * 0.96^(t
 * momentumDecay))}.
 *
 * <p>PyTorch up to 1.13 counts the momentum of the present step twice in the correction of the
 * look-ahead; {@code countTwice} repeats that for comparisons with it.
 *
 * <p>Source: Dozat, <a href="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ">Incorporating
 * Nesterov momentum into Adam</a>, 2016. The usual rate is 0.002.
 */
public final class NAdam extends Optimizer {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final String PRODUCT = "mu_product";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of the gradients, from 0 to below 1
   * @param beta2 decay of the mean of the squared gradients, from 0 to below 1
   * @param eps added to the root of the second mean; finite and not negative
   * @param momentumDecay how fast the momentum grows to beta1; finite and not negative
   * @param decoupledDecay whether weights shrink by {@code rate * decay} before each step, instead
   *     of an L2 penalty on the gradient
   * @param countTwice whether the correction of the look-ahead holds the present momentum twice
   */
  public record Settings(
      double beta1,
      double beta2,
      double eps,
      double momentumDecay,
      boolean decoupledDecay,
      boolean countTwice) {

    /** The usual constants: 0.9, 0.999, 1e-8, 0.004, L2 penalty. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 4e-3, false, false);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("nadam", "beta1", beta1);
      Hyper.decay("nadam", "beta2", beta2);
      Hyper.notNegative("nadam", "eps", eps);
      Hyper.notNegative("nadam", "momentumDecay", momentumDecay);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public NAdam(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public NAdam(List<ParamGroup> groups, Settings settings) {
    super("nadam", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(
        StateSlot.like(parameter, MEAN),
        StateSlot.like(parameter, SQUARE),
        StateSlot.number(PRODUCT, 1));
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
    double momentum = momentum(step);
    double next = momentum(step + 1);
    double product = update.slot(PRODUCT).item() * momentum;
    update.slot(PRODUCT).fill(product);
    double correction = 1 - Math.pow(settings.beta2(), step);
    Tensor root = square.div(correction).sqrt().add(settings.eps());
    Tensor weights = update.weights();
    double rate = update.rate();
    InPlace.add(weights, -rate * (1 - momentum) / (1 - product), gradient.div(root));
    double ahead = product * next * (settings.countTwice() ? momentum : 1);
    InPlace.add(weights, -rate * next / (1 - ahead), mean.div(root));
  }

  private double momentum(long step) {
    return settings.beta1() * (1 - 0.5 * Math.pow(0.96, step * settings.momentumDecay()));
  }
}
