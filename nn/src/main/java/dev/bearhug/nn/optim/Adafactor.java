package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.std.SumOfSquaresOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Adafactor: Adam that keeps the mean of the squared gradients of a matrix as means of its rows and
 * columns, so that its state is much smaller than the weights.
 *
 * <p>Tensors of two or more axes are factored over their last two. With relative steps the size of
 * a step is {@code min(1e-2, 1 / sqrt(t))}, with warm-up {@code min(1e-6 t, 1 / sqrt(t))}, and the
 * rate given to {@link #step(double)} is a factor on it: pass 1. Weight decay is decoupled and uses
 * the final step size. Source: Shazeer and Stern, <a
 * href="https://arxiv.org/abs/1804.04235">Adafactor: adaptive learning rates with sublinear memory
 * cost</a>, 2018, in the form of Hugging Face transformers.
 */
public final class Adafactor extends Optimizer {
  private static final String ROWS = "exp_avg_sq_row";
  private static final String COLUMNS = "exp_avg_sq_col";
  private static final String SQUARE = "exp_avg_sq";
  private static final String MEAN = "exp_avg";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param eps1 added to squared gradients; finite and not negative
   * @param eps2 least root mean square of weights that scales steps; finite and not negative
   * @param clipThreshold largest root mean square of a step before scaling; finite and above 0
   * @param decayRate exponent of the decay {@code 1 - t^decayRate} of the second mean; finite and
   *     not above 0
   * @param beta1 decay of the mean of the steps, from 0 to below 1; 0 keeps none
   * @param scaleParameter whether steps are scaled by the root mean square of the weights
   * @param relativeStep whether the step size follows from the number of steps
   * @param warmupInit whether relative steps start small; needs {@code relativeStep}
   */
  public record Settings(
      double eps1,
      double eps2,
      double clipThreshold,
      double decayRate,
      double beta1,
      boolean scaleParameter,
      boolean relativeStep,
      boolean warmupInit) {

    /**
     * The usual constants: 1e-30, 1e-3, 1, -0.8, no first mean, scaled, relative, without warm-up.
     */
    public static final Settings DEFAULT = new Settings(1e-30, 1e-3, 1, -0.8, 0, true, true, false);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.notNegative("adafactor", "eps1", eps1);
      Hyper.notNegative("adafactor", "eps2", eps2);
      Hyper.positive("adafactor", "clipThreshold", clipThreshold);
      Hyper.decay("adafactor", "beta1", beta1);
      if (!(decayRate <= 0) || Double.isInfinite(decayRate)) {
        throw new IllegalArgumentException(
            "adafactor: decayRate must be finite and not above 0, got "
                + decayRate
                + ". It is the exponent of 1 - t^decayRate, usually -0.8.");
      }
      if (warmupInit && !relativeStep) {
        throw new IllegalArgumentException(
            "adafactor: warmupInit does nothing without relativeStep. Use a schedule with warm-up.");
      }
    }
  }

  /** Creates the optimizer with the usual constants. */
  public Adafactor(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public Adafactor(List<ParamGroup> groups, Settings settings) {
    super("adafactor", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    List<StateSlot> slots = new ArrayList<>();
    int rank = parameter.rank();
    if (rank >= 2) {
      Shape shape = parameter.shape();
      slots.add(new StateSlot(ROWS, shape.without(rank - 1), parameter.dtype(), 0));
      slots.add(new StateSlot(COLUMNS, shape.without(rank - 2), parameter.dtype(), 0));
    } else {
      slots.add(StateSlot.like(parameter, SQUARE));
    }
    if (settings.beta1() > 0) {
      slots.add(StateSlot.like(parameter, MEAN));
    }
    return List.copyOf(slots);
  }

  @Override
  protected void update(ParamUpdate update) {
    long t = update.state().steps();
    double size = update.rate() * relativeStep(t);
    if (settings.scaleParameter()) {
      size *= Math.max(settings.eps2(), rootMeanSquare(update.weights()));
    }
    Tensor gradient = update.scaledGradient();
    Tensor step =
        gradient.mul(inverseRoot(update, gradient, 1 - Math.pow(t, settings.decayRate())));
    double clip = Math.max(1, rootMeanSquare(step) / settings.clipThreshold());
    step = step.mul(size / clip);
    if (settings.beta1() > 0) {
      InPlace.average(update.slot(MEAN), settings.beta1(), step);
      step = update.slot(MEAN);
    }
    InPlace.shrink(update.weights(), size, update.weightDecay());
    InPlace.add(update.weights(), -1, step);
  }

  private double relativeStep(long t) {
    if (!settings.relativeStep()) {
      return 1;
    }
    return Math.min(settings.warmupInit() ? 1e-6 * t : 1e-2, 1 / Math.sqrt(t));
  }

  /** Moves the second mean on and returns one over its root. */
  private Tensor inverseRoot(ParamUpdate update, Tensor gradient, double decay) {
    Tensor squares = gradient.square().add(settings.eps1());
    int rank = gradient.rank();
    if (rank < 2) {
      InPlace.average(update.slot(SQUARE), decay, squares);
      return update.slot(SQUARE).rsqrt();
    }
    Tensor rows = update.slot(ROWS);
    Tensor columns = update.slot(COLUMNS);
    InPlace.average(rows, decay, squares.mean(false, rank - 1));
    InPlace.average(columns, decay, squares.mean(false, rank - 2));
    Tensor byRow = rows.div(rows.mean(true, rank - 2)).rsqrt().unsqueeze(-1);
    return byRow.mul(columns.rsqrt().unsqueeze(rank - 2));
  }

  private static double rootMeanSquare(Tensor t) {
    double sum = Dispatcher.call(SumOfSquaresOp.INSTANCE, NoAttrs.NONE, t).item();
    return Math.sqrt(sum / Math.max(1, t.numel()));
  }
}
