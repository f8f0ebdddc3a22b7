package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.std.SumOfSquaresOp;
import java.util.List;

/**
 * LAMB: AdamW whose step for each parameter is scaled to the norm of its weights, for large
 * batches: {@code r = m / c1 / (sqrt(v / c2) + eps) + decay p; p -= rate * |p| / |r| * r}.
 *
 * <p>The ratio of norms is 1 where either norm is 0. Source: You et al., <a
 * href="https://arxiv.org/abs/1904.00962">Large batch optimization for deep learning: training BERT
 * in 76 minutes</a>, 2020. The usual rate is 0.001.
 */
public final class Lamb extends Optimizer {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of the gradients, from 0 to below 1
   * @param beta2 decay of the mean of the squared gradients, from 0 to below 1
   * @param eps added to the root of the second mean; finite and not negative
   * @param largestRatio bound of the ratio of norms, above 0; infinite for none
   */
  public record Settings(double beta1, double beta2, double eps, double largestRatio) {

    /** The usual constants: 0.9, 0.999, 1e-6, no bound. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-6, Double.POSITIVE_INFINITY);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("lamb", "beta1", beta1);
      Hyper.decay("lamb", "beta2", beta2);
      Hyper.notNegative("lamb", "eps", eps);
      if (!(largestRatio > 0)) {
        throw new IllegalArgumentException(
            "lamb: largestRatio must be above 0, got " + largestRatio + ".");
      }
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Lamb(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Lamb(List<ParamGroup> groups, Settings settings) {
    super("lamb", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, MEAN), StateSlot.like(parameter, SQUARE));
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient = update.scaledGradient();
    Tensor mean = update.slot(MEAN);
    Tensor square = update.slot(SQUARE);
    InPlace.average(mean, settings.beta1(), gradient);
    InPlace.average(square, settings.beta2(), gradient.square());
    long step = update.state().steps();
    double correction1 = 1 - Math.pow(settings.beta1(), step);
    double correction2 = 1 - Math.pow(settings.beta2(), step);
    Tensor root = square.div(correction2).sqrt().add(settings.eps());
    Tensor direction = mean.div(correction1).div(root);
    if (update.weightDecay() != 0) {
      InPlace.add(direction, update.weightDecay(), update.weights());
    }
    double ratio = ratio(norm(update.weights()), norm(direction));
    InPlace.add(update.weights(), -update.rate() * ratio, direction);
  }

  private double ratio(double weights, double direction) {
    boolean usable = weights > 0 && direction > 0;
    return Math.min(usable ? weights / direction : 1, settings.largestRatio());
  }

  private static double norm(Tensor t) {
    return Math.sqrt(Dispatcher.call(SumOfSquaresOp.INSTANCE, NoAttrs.NONE, t).item());
  }
}
