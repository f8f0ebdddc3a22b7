package dev.bearhug.nn.optim;

import dev.bearhug.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Parameters that an optimizer treats alike.
 *
 * @param name what the group is called in messages and logs
 * @param parameters its parameters, in a fixed order; frozen ones are passed over
 * @param weightDecay decay rate of their weights, finite and not negative
 * @param rateFactor factor on the learning rate of the run, finite and not negative; 1 for none
 */
public record ParamGroup(
    String name, List<Parameter> parameters, double weightDecay, double rateFactor) {

  /** Layer names that mean a normalisation, such as LayerNorm, ln_1, ln_f, input_layernorm. */
  private static final Pattern NORMALIZATION =
      Pattern.compile("ln(_.*)?|.*layer_?norm.*|(.*_)?norm\\d*");

  /**
   * Copies the list and checks the numbers.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public ParamGroup {
    Objects.requireNonNull(name, "name");
    parameters = List.copyOf(parameters);
    requireNotNegative(name, "the weight decay", weightDecay);
    requireNotNegative(name, "the factor of the learning rate", rateFactor);
  }

  /** Returns one group of all parameters. */
  public static List<ParamGroup> single(List<Parameter> parameters, double weightDecay) {
    return List.of(new ParamGroup("all", parameters, weightDecay, 1));
  }

  /**
   * Returns the usual two groups: weights decay; biases and the weights of layer normalisations do
   * not.
   *
   * <p>A parameter counts as one of these if its path says so, see {@link #isBiasOrNorm}. Order is
   * kept; a group that would be empty is left out.
   *
   * @param parameters all parameters of a model
   * @param weightDecay decay rate of the first group
   */
  public static List<ParamGroup> standard(List<Parameter> parameters, double weightDecay) {
    return split(parameters, weightDecay, ParamGroup::isBiasOrNorm);
  }

  /**
   * Returns a group of the parameters that decay and a group of those that do not.
   *
   * @param parameters all parameters of a model
   * @param weightDecay decay rate of the first group
   * @param exempt tells which parameters belong to the second group
   */
  public static List<ParamGroup> split(
      List<Parameter> parameters, double weightDecay, Predicate<Parameter> exempt) {
    List<ParamGroup> groups = new ArrayList<>();
    List<Parameter> decayed = parameters.stream().filter(exempt.negate()).toList();
    List<Parameter> others = parameters.stream().filter(exempt).toList();
    if (!decayed.isEmpty()) {
      groups.add(new ParamGroup("decay", decayed, weightDecay, 1));
    }
    if (!others.isEmpty()) {
      groups.add(new ParamGroup("no_decay", others, 0, 1));
    }
    return List.copyOf(groups);
  }

  /**
   * Returns whether a parameter is a bias or belongs to a normalisation, judged by its path.
   *
   * <p>Its path contains {@code bias} (relative position biases too, as in the reference library),
   * or the layer that holds it is called like {@code LayerNorm}, {@code layer_norm}, {@code ln_1}
   * or {@code norm}.
   */
  public static boolean isBiasOrNorm(Parameter parameter) {
    String[] segments = parameter.path().toLowerCase(Locale.ROOT).split("\\.");
    return parameter.path().toLowerCase(Locale.ROOT).contains("bias")
        || segments.length > 1 && NORMALIZATION.matcher(segments[segments.length - 2]).matches();
  }

  private static void requireNotNegative(String group, String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "parameter group "
              + group
              + ": "
              + what
              + " must be finite and not negative, got "
              + value
              + ".");
    }
  }
}
