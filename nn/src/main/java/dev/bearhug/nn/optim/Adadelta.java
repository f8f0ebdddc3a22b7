package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * Adadelta: steps {@code d = sqrt(u + eps) / sqrt(v + eps) * g} with the means {@code v} of the
 * squared gradients and {@code u} of the squared steps before, and weight decay as an L2 penalty.
 *
 * <p>Source: Zeiler, <a href="https://arxiv.org/abs/1212.5701">Adadelta: an adaptive learning rate
 * method</a>, 2012. The usual rate is 1.
 */
public final class Adadelta extends Optimizer {
  private static final String SQUARE = "square_avg";
  private static final String STEPS = "acc_delta";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param rho decay of both means, from 0 to below 1
   * @param eps added under both roots; finite and not negative
   */
  public record Settings(double rho, double eps) {

    /** The usual constants: 0.9, 1e-6. */
    public static final Settings DEFAULT = new Settings(0.9, 1e-6);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("adadelta", "rho", rho);
      Hyper.notNegative("adadelta", "eps", eps);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Adadelta(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Adadelta(List<ParamGroup> groups, Settings settings) {
    super("adadelta", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, SQUARE), StateSlot.like(parameter, STEPS));
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient = update.penalizedGradient();
    Tensor square = update.slot(SQUARE);
    Tensor steps = update.slot(STEPS);
    double eps = settings.eps();
    InPlace.average(square, settings.rho(), gradient.square());
    Tensor step = steps.add(eps).sqrt().div(square.add(eps).sqrt()).mul(gradient);
    InPlace.average(steps, settings.rho(), step.square());
    InPlace.add(update.weights(), -update.rate(), step);
  }
}
