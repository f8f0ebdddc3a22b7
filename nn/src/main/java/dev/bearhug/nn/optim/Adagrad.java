package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.List;

/**
 * Adagrad: {@code s += g^2; p -= rate / (1 + (t - 1) lrDecay) * g / (sqrt(s) + eps)}, with weight
 * decay as an L2 penalty.
 *
 * <p>Source: Duchi, Hazan and Singer, <a href="https://jmlr.org/papers/v12/duchi11a.html">Adaptive
 * subgradient methods</a>, 2011. The usual rate is 0.01.
 */
public final class Adagrad extends Optimizer {
  private static final String SUM = "sum";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param lrDecay how fast the rate falls with the steps of a parameter; finite and not negative
   * @param initialAccumulator first value of the sum of squares; finite and not negative
   * @param eps added to the root; finite and not negative
   */
  public record Settings(double lrDecay, double initialAccumulator, double eps) {

    /** The usual constants: 0, 0, 1e-10. */
    public static final Settings DEFAULT = new Settings(0, 0, 1e-10);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.notNegative("adagrad", "lrDecay", lrDecay);
      Hyper.notNegative("adagrad", "initialAccumulator", initialAccumulator);
      Hyper.notNegative("adagrad", "eps", eps);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Adagrad(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Adagrad(List<ParamGroup> groups, Settings settings) {
    super("adagrad", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, SUM, settings.initialAccumulator()));
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient = update.penalizedGradient();
    Tensor sum = update.slot(SUM);
    InPlace.add(sum, 1, gradient.square());
    double rate = update.rate() / (1 + (update.state().steps() - 1) * settings.lrDecay());
    InPlace.add(update.weights(), -rate, gradient.div(sum.sqrt().add(settings.eps())));
  }
}
