package dev.bearhug.nn.optim;

import dev.bearhug.tensor.error.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The learning-rate schedules, by method or by name.
 *
 * <p>Every schedule may start with a linear warm-up from 0: step {@code i < warmup} uses {@code
 * baseRate * i / warmup}, so that the very first step of a run with warm-up moves nothing, as in
 * the reference library. In the formulas below {@code t} is the number of steps since the end of
 * the warm-up and {@code n = total - warmup}.
 */
public final class LrSchedules {

  /**
   * Length scale of {@link #inverseSqrt} where neither timescale nor warm-up is given, in steps.
   */
  private static final long DEFAULT_TIMESCALE = 10_000;

  private LrSchedules() {}

  /** Returns the schedule that always has the base rate. */
  public static LrSchedule constant(double baseRate) {
    return schedule(baseRate, 0, new Curve.Flat());
  }

  /** Returns the schedule that has the base rate after a warm-up of {@code warmup} steps. */
  public static LrSchedule constantWithWarmup(double baseRate, long warmup) {
    return schedule(baseRate, warmup, new Curve.Flat());
  }

  /**
   * Returns the schedule that falls on a straight line to 0: {@code baseRate * max(0, (n - t) /
   * n)}.
   *
   * @param baseRate rate at the end of the warm-up
   * @param warmup number of warm-up steps
   * @param total number of steps after which the rate is 0, warm-up included
   */
  public static LrSchedule linear(double baseRate, long warmup, long total) {
    return schedule(baseRate, warmup, new Curve.Line(decaySteps(warmup, total)));
  }

  /**
   * Returns the schedule that follows a cosine: {@code baseRate * (1 + cos(2 pi cycles t / n)) /
   * 2}.
   *
   * <p>The wave goes on after {@code total}: a run that is longer than planned sees the rate rise.
   * Source: Loshchilov and Hutter, <a href="https://arxiv.org/abs/1608.03983">SGDR</a>, 2017.
   *
   * @param baseRate rate at the end of the warm-up
   * @param warmup number of warm-up steps
   * @param total number of steps of the whole wave, warm-up included
   * @param cycles number of waves, above 0; 0.5 falls once to 0
   */
  public static LrSchedule cosine(double baseRate, long warmup, long total, double cycles) {
    requirePositive("num_cycles", cycles);
    return schedule(baseRate, warmup, new Curve.Cosine(decaySteps(warmup, total), cycles));
  }

  /**
   * Returns the schedule that falls along a cosine several times, starting again at the base rate.
   *
   * <p>{@code baseRate * (1 + cos(pi (cycles t / n mod 1))) / 2}, and 0 from {@code total} on.
   * Source: Loshchilov and Hutter, <a href="https://arxiv.org/abs/1608.03983">SGDR</a>, 2017.
   *
   * @param baseRate rate at the end of the warm-up and at each restart
   * @param warmup number of warm-up steps
   * @param total number of steps after which the rate is 0, warm-up included
   * @param cycles number of falls, above 0
   */
  public static LrSchedule cosineWithRestarts(
      double baseRate, long warmup, long total, double cycles) {
    requirePositive("num_cycles", cycles);
    return schedule(baseRate, warmup, new Curve.CosineRestarts(decaySteps(warmup, total), cycles));
  }

  /**
   * Returns the schedule {@code (baseRate - endRate) (1 - t / n)^power + endRate}.
   *
   * @param baseRate rate at the end of the warm-up, above {@code endRate}
   * @param warmup number of warm-up steps
   * @param total number of steps after which the rate stays at {@code endRate}, warm-up included
   * @param endRate the last rate, not negative
   * @param power exponent, above 0; 1 is a straight line
   */
  public static LrSchedule polynomial(
      double baseRate, long warmup, long total, double endRate, double power) {
    requirePositive("power", power);
    requireNotNegative("lr_end", endRate);
    if (!(endRate < baseRate)) {
      throw new IllegalArgumentException(
          "learning-rate schedule: lr_end must be below the base rate (lr_end "
              + endRate
              + ", base rate "
              + baseRate
              + "). A polynomial decay only falls. Lower lr_end or use constant_with_warmup.");
    }
    return schedule(
        baseRate, warmup, new Curve.Polynomial(decaySteps(warmup, total), endRate, power));
  }

  /**
   * Returns the schedule {@code baseRate / sqrt(1 + t / timescale)}.
   *
   * @param baseRate rate at the end of the warm-up
   * @param warmup number of warm-up steps
   * @param timescale steps after which the rate has fallen by a factor of sqrt(2), above 0; the
   *     usual choice is the length of the warm-up
   */
  public static LrSchedule inverseSqrt(double baseRate, long warmup, double timescale) {
    requirePositive("timescale", timescale);
    return schedule(baseRate, warmup, new Curve.InverseSqrt(timescale));
  }

  /**
   * Creates a schedule by its name.
   *
   * <table>
   *   <caption>Names and arguments; those with a default may be left out</caption>
   *   <tr><th>name</th><th>arguments</th></tr>
   *   <tr><td>constant</td><td>none</td></tr>
   *   <tr><td>constant_with_warmup</td><td>warmup = 0</td></tr>
   *   <tr><td>linear</td><td>warmup = 0, total</td></tr>
   *   <tr><td>cosine</td><td>warmup = 0, total, num_cycles = 0.5</td></tr>
   *   <tr><td>cosine_with_restarts</td><td>warmup = 0, total, num_cycles = 1</td></tr>
   *   <tr><td>polynomial</td><td>warmup = 0, total, lr_end = 1e-7, power = 1</td></tr>
   *   <tr><td>inverse_sqrt</td><td>warmup = 0, timescale = warmup, or 10000 without one</td></tr>
   * </table>
   *
   * @param name one of {@link #names()}
   * @param baseRate highest rate, finite and not negative
   * @param arguments values by name; {@code warmup} and {@code total} are whole numbers of steps
   * @throws IllegalArgumentException if the name or an argument is unknown (the message lists the
   *     known ones and the nearest), a required argument is missing, or a value is out of range
   */
  public static LrSchedule named(
      String name, double baseRate, Map<String, ? extends Number> arguments) {
    Kind kind = Kind.of(name);
    Arguments given = new Arguments(kind, arguments);
    return kind.factory.create(baseRate, given);
  }

  /** Returns the names {@link #named} understands, in alphabetical order. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      names.add(kind.label);
    }
    names.sort(null);
    return List.copyOf(names);
  }

  /**
   * Returns the argument names a schedule takes, so that a caller that knows warm-up and total
   * passes only what applies.
   *
   * @param name one of {@link #names()}
   * @throws IllegalArgumentException if the name is unknown
   */
  public static Set<String> argumentNames(String name) {
    return Kind.of(name).arguments;
  }

  private static LrSchedule schedule(double baseRate, long warmup, Curve curve) {
    requireNotNegative("the base rate", baseRate);
    requireNotNegative("warmup", warmup);
    return new WarmupSchedule(baseRate, warmup, curve);
  }

  private static long decaySteps(long warmup, long total) {
    requireNotNegative("warmup", warmup);
    requireNotNegative("total", total);
    return total - warmup;
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw outOfRange(what, "must be finite and above 0", value);
    }
  }

  private static void requireNotNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw outOfRange(what, "must be finite and not negative", value);
    }
  }

  private static IllegalArgumentException outOfRange(String what, String rule, double value) {
    return new IllegalArgumentException(
        "learning-rate schedule: " + what + " " + rule + ", got " + value + ".");
  }

  /** Creates a schedule from its base rate and named arguments. */
  private interface Factory {
    LrSchedule create(double baseRate, Arguments arguments);
  }

  /** The schedules with names. */
  private enum Kind {
    CONSTANT("constant", Set.of(), (rate, in) -> constant(rate)),
    CONSTANT_WITH_WARMUP(
        "constant_with_warmup",
        Set.of("warmup"),
        (rate, in) -> constantWithWarmup(rate, in.warmup())),
    LINEAR(
        "linear", Set.of("warmup", "total"), (rate, in) -> linear(rate, in.warmup(), in.total())),
    COSINE(
        "cosine",
        Set.of("warmup", "total", "num_cycles"),
        (rate, in) -> cosine(rate, in.warmup(), in.total(), in.number("num_cycles", 0.5))),
    COSINE_WITH_RESTARTS(
        "cosine_with_restarts",
        Set.of("warmup", "total", "num_cycles"),
        (rate, in) ->
            cosineWithRestarts(rate, in.warmup(), in.total(), in.number("num_cycles", 1))),
    POLYNOMIAL(
        "polynomial",
        Set.of("warmup", "total", "lr_end", "power"),
        (rate, in) ->
            polynomial(
                rate, in.warmup(), in.total(), in.number("lr_end", 1e-7), in.number("power", 1))),
    INVERSE_SQRT(
        "inverse_sqrt",
        Set.of("warmup", "timescale"),
        (rate, in) -> inverseSqrt(rate, in.warmup(), in.number("timescale", in.timescale())));

    private final String label;
    private final Set<String> arguments;
    private final Factory factory;

    Kind(String label, Set<String> arguments, Factory factory) {
      this.label = label;
      this.arguments = arguments;
      this.factory = factory;
    }

    private static Kind of(String name) {
      for (Kind kind : values()) {
        if (kind.label.equals(name)) {
          return kind;
        }
      }
      throw unknown("unknown learning-rate schedule '" + name + "'", name, names());
    }
  }

  /** The arguments of one call of {@link #named}, checked against what the schedule takes. */
  private record Arguments(Kind kind, Map<String, ? extends Number> given) {

    private Arguments {
      for (String name : given.keySet()) {
        if (!kind.arguments.contains(name)) {
          throw unknown(
              "schedule '" + kind.label + "' takes no argument '" + name + "'",
              name,
              List.copyOf(new TreeSet<>(kind.arguments)));
        }
      }
    }

    private long warmup() {
      return given.containsKey("warmup") ? steps("warmup") : 0;
    }

    private long total() {
      if (!given.containsKey("total")) {
        throw new IllegalArgumentException(
            "learning-rate schedule: schedule '"
                + kind.label
                + "' needs the argument 'total', the number of optimizer steps of the run, warm-up"
                + " included. Pass total, or use constant_with_warmup or inverse_sqrt.");
      }
      return steps("total");
    }

    private long timescale() {
      return warmup() > 0 ? warmup() : DEFAULT_TIMESCALE;
    }

    private double number(String name, double otherwise) {
      Number value = given.get(name);
      return value == null ? otherwise : value.doubleValue();
    }

    private long steps(String name) {
      double value = given.get(name).doubleValue();
      if (value != Math.rint(value) || Math.abs(value) > 1L << 53) {
        throw outOfRange(name, "must be a whole number of steps", value);
      }
      return (long) value;
    }
  }

  private static IllegalArgumentException unknown(String what, String name, List<String> known) {
    String list = known.isEmpty() ? "none" : String.join(", ", known);
    return new IllegalArgumentException(
        "learning-rate schedule: "
            + what
            + " (known: "
            + list
            + ")."
            + Suggestions.didYouMean(name, known));
  }
}
