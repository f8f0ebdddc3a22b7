package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop: {@code v = alpha v + (1 - alpha) g^2; p -= rate * g / (sqrt(v) + eps)}, with weight
 * decay as an L2 penalty.
 *
 * <p>The centered form subtracts the square of the mean gradient under the root (Graves, <a
 * href="https://arxiv.org/abs/1308.0850">Generating sequences with recurrent neural networks</a>,
 * 2013); with momentum the quotients are added up in a buffer {@code b = momentum b + q} and the
 * step is along it. Source: Tieleman and Hinton, lecture 6.5 of Neural Networks for Machine
 * Learning, 2012. The usual rate is 0.01.
 */
public final class RmsProp extends Optimizer {
  private static final String SQUARE = "square_avg";
  private static final String MEAN = "grad_avg";
  private static final String BUFFER = "momentum_buffer";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param alpha decay of the mean of the squared gradients, from 0 to below 1
   * @param eps added to the root; finite and not negative
   * @param momentum decay of the buffer; 0 for none
   * @param centered whether the variance is used instead of the mean of squares
   */
  public record Settings(double alpha, double eps, double momentum, boolean centered) {

    /** The usual constants: 0.99, 1e-8, no momentum, not centered. */
    public static final Settings DEFAULT = new Settings(0.99, 1e-8, 0, false);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("rmsprop", "alpha", alpha);
      Hyper.notNegative("rmsprop", "eps", eps);
      Hyper.notNegative("rmsprop", "momentum", momentum);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public RmsProp(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public RmsProp(List<ParamGroup> groups, Settings settings) {
    super("rmsprop", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    List<StateSlot> slots = new ArrayList<>();
    slots.add(StateSlot.like(parameter, SQUARE));
    if (settings.centered()) {
      slots.add(StateSlot.like(parameter, MEAN));
    }
    if (settings.momentum() > 0) {
      slots.add(StateSlot.like(parameter, BUFFER));
    }
    return List.copyOf(slots);
  }

  @Override
  protected void update(ParamUpdate update) {
    Tensor gradient = update.penalizedGradient();
    Tensor square = update.slot(SQUARE);
    InPlace.average(square, settings.alpha(), gradient.square());
    Tensor variance = square;
    if (settings.centered()) {
      Tensor mean = update.slot(MEAN);
      InPlace.average(mean, settings.alpha(), gradient);
      variance = square.sub(mean.square());
    }
    Tensor quotient = gradient.div(variance.sqrt().add(settings.eps()));
    if (settings.momentum() > 0) {
      Tensor buffer = update.slot(BUFFER);
      InPlace.add(quotient, settings.momentum(), buffer);
      buffer.assign(quotient);
    }
    InPlace.add(update.weights(), -update.rate(), quotient);
  }
}
