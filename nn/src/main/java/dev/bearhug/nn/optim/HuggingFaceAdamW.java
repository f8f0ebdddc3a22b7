package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AdamWOp;
import java.util.List;

/**
 * AdamW as in Hugging Face transformers: eps is added to the root before its bias is corrected,
 * weights shrink after the step, and the correction can be left out as in the original BERT.
 *
 * <p>{@code p -= rate * sqrt(c2) / c1 * m / (sqrt(v) + eps); p -= rate * decay * p}. For new models
 * {@link AdamW} is the usual choice. The usual rate is 0.001.
 */
public final class HuggingFaceAdamW extends Optimizer {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";

  private final Settings settings;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of the gradients, from 0 to below 1
   * @param beta2 decay of the mean of the squared gradients, from 0 to below 1
   * @param eps added to the root of the second mean; finite and not negative
   * @param correctBias whether both means are corrected for their start at 0
   */
  public record Settings(double beta1, double beta2, double eps, boolean correctBias) {

    /** The usual constants: 0.9, 0.999, 1e-6, corrected. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-6, true);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Settings {
      Hyper.decay("hf_adamw", "beta1", beta1);
      Hyper.decay("hf_adamw", "beta2", beta2);
      Hyper.notNegative("hf_adamw", "eps", eps);
    }
  }

  /** Creates the optimizer with the usual constants. */
  public HuggingFaceAdamW(List<ParamGroup> groups) {
    this(groups, Settings.DEFAULT);
  }

  /** Creates the optimizer. */
  public HuggingFaceAdamW(List<ParamGroup> groups, Settings settings) {
    super("hf_adamw", groups);
    this.settings = settings;
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    return List.of(StateSlot.like(parameter, MEAN), StateSlot.like(parameter, SQUARE));
  }

  @Override
  protected void update(ParamUpdate update) {
    // With the second correction folded into the first the op adds eps to the bare root.
    double correction = 1;
    if (settings.correctBias()) {
      long step = update.state().steps();
      double first = 1 - Math.pow(settings.beta1(), step);
      correction = first / Math.sqrt(1 - Math.pow(settings.beta2(), step));
    }
    AdamWOp.Attrs attrs =
        new AdamWOp.Attrs(
            update.rate(),
            settings.beta1(),
            settings.beta2(),
            settings.eps(),
            0,
            correction,
            1,
            update.gradScale());
    Dispatcher.apply(
        AdamWOp.INSTANCE,
        attrs,
        update.weights(),
        update.gradient(),
        update.slot(MEAN),
        update.slot(SQUARE),
        null,
        null);
    InPlace.shrink(update.weights(), update.rate(), update.weightDecay());
  }
}
