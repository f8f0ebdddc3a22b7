package dev.bearhug.nn.optim;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AdamW8bitOp;
import java.util.List;

/**
 * AdamW whose two means take one byte per weight each: a code of the dynamic code book, with one
 * single-precision maximum for every {@value AdamW8bitOp#BLOCK} weights.
 *
 * <p>State shrinks from 8 to about 2.03 bytes per weight. Parameters of fewer than {@value
 * #SMALLEST} weights keep single-precision means, as biases and normalisations are few and
 * sensitive. Only single-precision parameters are taken. Source: Dettmers et al., <a
 * href="https://arxiv.org/abs/2110.02861">8-bit optimizers via block-wise quantization</a>, 2022;
 * see {@link AdamW8bitOp} for the codes.
 */
public final class AdamW8bit extends Optimizer {

  /** Parameters with at least this many weights have means of one byte. */
  public static final int SMALLEST = 4096;

  private static final String MEAN = "exp_avg_codes";
  private static final String SQUARE = "exp_avg_sq_codes";
  private static final String MEAN_SCALE = "exp_avg_scale";
  private static final String SQUARE_SCALE = "exp_avg_sq_scale";

  private final AdamSettings settings;
  private final AdamRule whole;

  /** Creates the optimizer with the usual constants. */
  public AdamW8bit(List<ParamGroup> groups) {
    this(groups, AdamSettings.DEFAULT);
  }

  /**
   * Creates the optimizer.
   *
   * @throws IllegalArgumentException if amsgrad is asked for, which does not exist in this form, or
   *     a parameter is not of single precision
   */
  public AdamW8bit(List<ParamGroup> groups, AdamSettings settings) {
    super("adamw_8bit", groups);
    if (settings.amsgrad()) {
      throw new IllegalArgumentException(
          "adamw_8bit: there is no amsgrad with means of one byte. Use AdamW for it.");
    }
    groups.stream()
        .flatMap(group -> group.parameters().stream())
        .filter(p -> p.tensor().dtype() != DType.F32)
        .findFirst()
        .ifPresent(
            p -> {
              throw new IllegalArgumentException(
                  "adamw_8bit: parameters must be of F32, got "
                      + p
                      + ". Keep weights in single"
                      + " precision.");
            });
    this.settings = settings;
    this.whole = new AdamRule(settings);
  }

  @Override
  protected List<StateSlot> slots(Tensor parameter) {
    if (parameter.numel() < SMALLEST) {
      return whole.slots(parameter);
    }
    Shape blocks = AdamW8bitOp.blocks(parameter.numel());
    return List.of(
        new StateSlot(MEAN, parameter.shape(), DType.U8, AdamW8bitOp.ZERO_MEAN),
        new StateSlot(SQUARE, parameter.shape(), DType.U8, 0),
        new StateSlot(MEAN_SCALE, blocks, DType.F32, 0),
        new StateSlot(SQUARE_SCALE, blocks, DType.F32, 0));
  }

  @Override
  protected void update(ParamUpdate update) {
    if (update.weights().numel() < SMALLEST) {
      whole.apply(update, update.gradient(), update.gradScale(), update.weightDecay());
      return;
    }
    Dispatcher.apply(
        AdamW8bitOp.INSTANCE,
        settings.step(update),
        update.weights(),
        update.gradient(),
        update.slot(MEAN),
        update.slot(SQUARE),
        update.slot(MEAN_SCALE),
        update.slot(SQUARE_SCALE));
  }
}
