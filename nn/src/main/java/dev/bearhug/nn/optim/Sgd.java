package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.SgdOp;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum if wanted: {@code g += decay * p; b = momentum * b +
 * (1 - dampening) * g; p -= rate * b}, where {@code b} starts as the first {@code g}.
 *
 * <p>Nesterov's form steps along {@code g + momentum * b} (Sutskever et al., <a
 * href="https://proceedings.mlr.press/v28/sutskever13.html">On the importance of initialization and
 * momentum in deep learning</a>, 2013).
 */
public final class Sgd extends Optimizer {
  private static final String BUFFER = "momentum_buffer";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param momentum decay of the buffer, finite and not negative; 0 for none
   * @param dampening share of a gradient that is kept out of the buffer, finite
   * @param nesterov whether to look ahead along the buffer; needs momentum and no dampening
   */
  public record Settings(double momentum, double dampening, boolean nesterov) {

    /** Plain descent. */
    public static final Settings PLAIN = new Settings(0, 0, false);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range or they contradict each other
     */
    public Settings {
      if (!(momentum >= 0) || Double.isInfinite(momentum) || !Double.isFinite(dampening)) {
        throw new IllegalArgumentException(
            "sgd: momentum must be finite and not negative and dampening finite, got "
                + momentum
                + " and "
                + dampening
                + ".");
      }
      if (nesterov && (momentum == 0 || dampening != 0)) {
        throw new IllegalArgumentException(
            "sgd: Nesterov's form needs momentum and no dampening, got momentum "
                + momentum
                + ", dampening "
                + dampening
                + ".");
      }
      if (momentum == 0 && dampening != 0) {
        throw new IllegalArgumentException(
            "sgd: dampening does nothing without momentum, got " + dampening + ".");
      }
    }
  }

  /** Creates plain gradient descent. */
  public Sgd(List<ParamGroup> groups) {
    this(groups, Settings.PLAIN);
  }

  /** Creates the optimizer. */
  public Sgd(List<ParamGroup> groups, Settings settings) {
    super("sgd", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return settings.momentum() == 0 ? List.of() : List.of(StateSlot.like(parameter, BUFFER));
  }

  @Override
  protected void update(ParamUpdate update) {
    SgdOp.Attrs step =
        new SgdOp.Attrs(
            update.rate(),
            settings.momentum(),
            settings.dampening(),
            settings.nesterov(),
            update.weightDecay(),
            update.state().steps() == 1,
            update.gradScale());
    Dispatcher.apply(
        SgdOp.INSTANCE,
        step,
        update.parameter().tensor(),
        update.gradient(),
        settings.momentum() == 0 ? null : update.state().slot(BUFFER));
  }
}
