package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.config.Precision;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.Backends;

/**
 * The precision of a run on a device.
 *
 * @param type {@code F32}, or {@code BF16} for mixed precision
 * @param reason why, for the log
 */
public record ChosenPrecision(DType type, String reason) {

  /**
   * Chooses.
   *
   * @param wanted the setting {@code train.precision}
   * @param device where the model runs
   */
  public static ChosenPrecision of(Precision wanted, Device device) {
    return switch (wanted) {
      case F32 -> new ChosenPrecision(DType.F32, "as train.precision says");
      case BF16 -> new ChosenPrecision(DType.BF16, "as train.precision says");
      case AUTO -> {
        Backend.Availability fast = Backends.get(device.type()).fastBf16();
        yield new ChosenPrecision(fast.usable() ? DType.BF16 : DType.F32, fast.reason());
      }
    };
  }

  /** Chooses for a model that was trained with a configuration; null for one without a run. */
  static ChosenPrecision of(RunConfig config, Device device) {
    return of(config == null ? Precision.AUTO : config.train().precision(), device);
  }

  /** One line for the log, such as {@code precision: bf16 (as train.precision says)}. */
  public String line() {
    return "precision: " + name() + " (" + reason + ")";
  }

  /** Lower-case name of the type, as in the settings. */
  public String name() {
    return type == DType.BF16 ? "bf16" : "f32";
  }
}
