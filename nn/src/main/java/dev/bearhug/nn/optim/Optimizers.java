package dev.bearhug.nn.optim;

import dev.bearhug.tensor.error.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Creates optimizers by name, as configuration files give them.
 *
 * <table>
 *   <caption>Names and options; all may be left out</caption>
 *   <tr><th>name</th><th>options</th></tr>
 *   <tr><td>adamw, adam</td><td>betas, eps, amsgrad</td></tr>
 *   <tr><td>adamw_8bit</td><td>betas, eps</td></tr>
 *   <tr><td>sgd</td><td>momentum, dampening, nesterov</td></tr>
 *   <tr><td>adagrad</td><td>lr_decay, initial_accumulator_value, eps</td></tr>
 *   <tr><td>rmsprop</td><td>alpha, eps, momentum, centered</td></tr>
 *   <tr><td>adadelta</td><td>rho, eps</td></tr>
 *   <tr><td>adamax</td><td>betas, eps</td></tr>
 *   <tr><td>nadam</td><td>betas, eps, momentum_decay, decoupled_weight_decay,
 *       count_twice</td></tr>
 *   <tr><td>radam</td><td>betas, eps, decoupled_weight_decay</td></tr>
 *   <tr><td>hf_adamw</td><td>betas, eps, correct_bias</td></tr>
 *   <tr><td>adafactor</td><td>eps (two numbers), clip_threshold, decay_rate, beta1,
 *       scale_parameter, relative_step, warmup_init</td></tr>
 *   <tr><td>lion</td><td>betas</td></tr>
 *   <tr><td>lamb</td><td>betas, eps, largest_ratio</td></tr>
 * </table>
 *
 * <p>Every one takes {@code maximize}. Learning rate and weight decay are not options: the rate is
 * given to each step, the decay belongs to the groups.
 */
public final class Optimizers {

  private static final String COMPONENT = "optimizer: ";

  private Optimizers() {}

  /**
   * Creates an optimizer.
   *
   * @param name one of {@link #names()}
   * @param groups its parameters
   * @param options numbers, truth values, or lists of two numbers, by name
   * @throws IllegalArgumentException if the name or an option is unknown (the message lists the
   *     known ones and the nearest), or a value is of the wrong kind or out of range
   */
  public static Optimizer named(String name, List<ParamGroup> groups, Map<String, ?> options) {
    Kind kind = Kind.of(name);
    Options given = new Options(kind, options);
    boolean maximize = given.flag("maximize", false);
    Optimizer optimizer = kind.factory.create(groups, given);
    optimizer.setMaximize(maximize);
    return optimizer;
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
   * Returns the names of the options of an optimizer.
   *
   * @param name one of {@link #names()}
   * @throws IllegalArgumentException if the name is unknown
   */
  public static Set<String> optionNames(String name) {
    return Set.copyOf(Kind.of(name).options);
  }

  /** Creates an optimizer from checked options. */
  private interface Factory {
    Optimizer create(List<ParamGroup> groups, Options options);
  }

  /** The optimizers with names. */
  private enum Kind {
    ADAMW("adamw", (g, o) -> new AdamW(g, o.adam()), "betas", "eps", "amsgrad"),
    ADAM("adam", (g, o) -> new Adam(g, o.adam()), "betas", "eps", "amsgrad"),
    ADAMW_8BIT("adamw_8bit", (g, o) -> new AdamW8bit(g, o.adam()), "betas", "eps"),
    SGD(
        "sgd",
        (g, o) ->
            new Sgd(
                g,
                new Sgd.Settings(
                    o.number("momentum", 0), o.number("dampening", 0), o.flag("nesterov", false))),
        "momentum",
        "dampening",
        "nesterov"),
    ADAGRAD(
        "adagrad",
        (g, o) ->
            new Adagrad(
                g,
                new Adagrad.Settings(
                    o.number("lr_decay", 0),
                    o.number("initial_accumulator_value", 0),
                    o.number("eps", 1e-10))),
        "lr_decay",
        "initial_accumulator_value",
        "eps"),
    RMSPROP(
        "rmsprop",
        (g, o) ->
            new RmsProp(
                g,
                new RmsProp.Settings(
                    o.number("alpha", 0.99),
                    o.number("eps", 1e-8),
                    o.number("momentum", 0),
                    o.flag("centered", false))),
        "alpha",
        "eps",
        "momentum",
        "centered"),
    ADADELTA(
        "adadelta",
        (g, o) ->
            new Adadelta(g, new Adadelta.Settings(o.number("rho", 0.9), o.number("eps", 1e-6))),
        "rho",
        "eps"),
    ADAMAX(
        "adamax",
        (g, o) ->
            new Adamax(
                g, new Adamax.Settings(o.beta(0, 0.9), o.beta(1, 0.999), o.number("eps", 1e-8))),
        "betas",
        "eps"),
    NADAM(
        "nadam",
        (g, o) ->
            new NAdam(
                g,
                new NAdam.Settings(
                    o.beta(0, 0.9),
                    o.beta(1, 0.999),
                    o.number("eps", 1e-8),
                    o.number("momentum_decay", 4e-3),
                    o.flag("decoupled_weight_decay", false),
                    o.flag("count_twice", false))),
        "betas",
        "eps",
        "momentum_decay",
        "decoupled_weight_decay",
        "count_twice"),
    RADAM(
        "radam",
        (g, o) ->
            new RAdam(
                g,
                new RAdam.Settings(
                    o.beta(0, 0.9),
                    o.beta(1, 0.999),
                    o.number("eps", 1e-8),
                    o.flag("decoupled_weight_decay", false))),
        "betas",
        "eps",
        "decoupled_weight_decay"),
    HF_ADAMW(
        "hf_adamw",
        (g, o) ->
            new HuggingFaceAdamW(
                g,
                new HuggingFaceAdamW.Settings(
                    o.beta(0, 0.9),
                    o.beta(1, 0.999),
                    o.number("eps", 1e-6),
                    o.flag("correct_bias", true))),
        "betas",
        "eps",
        "correct_bias"),
    ADAFACTOR(
        "adafactor",
        (g, o) ->
            new Adafactor(
                g,
                new Adafactor.Settings(
                    o.pair("eps", 0, 1e-30),
                    o.pair("eps", 1, 1e-3),
                    o.number("clip_threshold", 1),
                    o.number("decay_rate", -0.8),
                    o.number("beta1", 0),
                    o.flag("scale_parameter", true),
                    o.flag("relative_step", true),
                    o.flag("warmup_init", false))),
        "eps",
        "clip_threshold",
        "decay_rate",
        "beta1",
        "scale_parameter",
        "relative_step",
        "warmup_init"),
    LION(
        "lion", (g, o) -> new Lion(g, new Lion.Settings(o.beta(0, 0.9), o.beta(1, 0.99))), "betas"),
    LAMB(
        "lamb",
        (g, o) ->
            new Lamb(
                g,
                new Lamb.Settings(
                    o.beta(0, 0.9),
                    o.beta(1, 0.999),
                    o.number("eps", 1e-6),
                    o.number("largest_ratio", Double.POSITIVE_INFINITY))),
        "betas",
        "eps",
        "largest_ratio");

    private final String label;
    private final Factory factory;
    private final Set<String> options;

    Kind(String label, Factory factory, String... options) {
      this.label = label;
      this.factory = factory;
      this.options = new TreeSet<>(Set.of(options));
      this.options.add("maximize");
    }

    private static Kind of(String name) {
      for (Kind kind : values()) {
        if (kind.label.equals(name)) {
          return kind;
        }
      }
      throw unknown("unknown optimizer '" + name + "'", name, names());
    }
  }

  /** The options of one call, checked against what the optimizer takes. */
  private record Options(Kind kind, Map<String, ?> given) {

    private Options {
      for (String name : given.keySet()) {
        if (!kind.options.contains(name)) {
          throw unknown(
              "'" + kind.label + "' takes no option '" + name + "'",
              name,
              List.copyOf(kind.options));
        }
      }
    }

    private AdamSettings adam() {
      return new AdamSettings(
          beta(0, 0.9), beta(1, 0.999), number("eps", 1e-8), flag("amsgrad", false));
    }

    private double beta(int index, double otherwise) {
      return pair("betas", index, otherwise);
    }

    private double number(String name, double otherwise) {
      return given.containsKey(name) ? asNumber(name, given.get(name), "a number") : otherwise;
    }

    private double pair(String name, int index, double otherwise) {
      if (!given.containsKey(name)) {
        return otherwise;
      }
      if (given.get(name) instanceof List<?> list && list.size() == 2) {
        return asNumber(name, list.get(index), "two numbers");
      }
      throw wrong(name, "two numbers", given.get(name));
    }

    private boolean flag(String name, boolean otherwise) {
      if (!given.containsKey(name)) {
        return otherwise;
      }
      if (given.get(name) instanceof Boolean value) {
        return value;
      }
      throw wrong(name, "true or false", given.get(name));
    }

    private double asNumber(String name, Object value, String wanted) {
      if (value instanceof Number number) {
        return number.doubleValue();
      }
      throw wrong(name, wanted, value);
    }

    private IllegalArgumentException wrong(String name, String wanted, Object value) {
      return new IllegalArgumentException(
          COMPONENT
              + "option "
              + name
              + " of '"
              + kind.label
              + "' must be "
              + wanted
              + ", got "
              + value
              + ".");
    }
  }

  private static IllegalArgumentException unknown(String what, String name, List<String> known) {
    return new IllegalArgumentException(
        COMPONENT
            + what
            + " (known: "
            + String.join(", ", known)
            + ")."
            + Suggestions.didYouMean(name, known));
  }
}
