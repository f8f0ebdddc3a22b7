package dev.bearhug.tasks.processor;

import dev.bearhug.tasks.processor.internal.RawLabel;
import dev.bearhug.tensor.error.Suggestions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Turns raw labels of one split into labels of the data's type, checks and counts them. */
final class LabelDecoder {

  private static final int LISTED_LABELS = 20;
  private static final Set<String> NOT_FINITE =
      Set.of("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity");

  private final Split split;
  private final LabelSet labels;
  private final String separator;
  private final Map<String, Long> counts = new TreeMap<>();

  LabelDecoder(Split split, LabelSet labels, String separator) {
    this.split = split;
    this.labels = labels;
    this.separator = separator;
  }

  TextExample decode(RawExample raw) {
    return new TextExample(split.key() + "-" + raw.place(), raw.textA(), raw.textB(), label(raw));
  }

  Map<String, Long> counts() {
    return counts;
  }

  private ExampleLabel label(RawExample raw) {
    if (raw.label() == null) {
      return new ExampleLabel.None();
    }
    return switch (labels.type()) {
      case SINGLE -> new ExampleLabel.Single(known(raw, single(raw)));
      case MULTI -> multi(raw);
      case REGRESSION -> new ExampleLabel.Score(number(raw));
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    };
  }

  private ExampleLabel multi(RawExample raw) {
    List<String> names = names(raw.label(), separator);
    Set<String> set = new LinkedHashSet<>();
    for (String name : names) {
      if (!set.add(known(raw, name))) {
        throw error(raw, "the label \"" + name + "\" occurs twice in " + names + ".");
      }
    }
    return new ExampleLabel.Multi(set);
  }

  /** Splits a label into class names; an array has them already. */
  static List<String> names(RawLabel label, String separator) {
    if (label.array() || separator == null) {
      return label.values();
    }
    return List.of(label.text().split(Pattern.quote(separator), -1)).stream()
        .map(String::strip)
        .toList();
  }

  private String known(RawExample raw, String name) {
    if (!labels.contains(name)) {
      List<String> names = labels.names();
      String listed = String.join(", ", names.subList(0, Math.min(LISTED_LABELS, names.size())));
      String more = names.size() > LISTED_LABELS ? " and " + (names.size() - LISTED_LABELS) : "";
      throw error(
          raw,
          "the label \"%s\" is unknown in %s (labels of train: %s%s).%s"
                  .formatted(name, split.key(), listed, more, Suggestions.didYouMean(name, names))
              + " Correct the row, name all classes in label_names.json, or leave such rows out"
              + " with data.skipLabels.");
    }
    counts.merge(name, 1L, Long::sum);
    return name;
  }

  private static String single(RawExample raw) {
    if (raw.label().array()) {
      throw error(
          raw,
          "the label is an array ("
              + raw.label().values()
              + "), but each example has one class."
              + " Set data.labelType=multi for sets of classes.");
    }
    return raw.label().text();
  }

  private static double number(RawExample raw) {
    String text = single(raw);
    if (NOT_FINITE.contains(text.toLowerCase(Locale.ROOT))) {
      throw error(raw, "the label " + text + " is not finite. A regression needs real numbers.");
    }
    if (LabelSet.number(text) == null) {
      throw error(
          raw,
          "the label \""
              + text
              + "\" is not a number. Set data.labelType=single for classes, or"
              + " check data.label.");
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw error(raw, "the label " + text + " is too large for a number of 64 bits.");
    }
    return value;
  }

  private static DataException error(RawExample raw, String message) {
    return DataException.at(raw.file(), raw.line(), message);
  }
}
