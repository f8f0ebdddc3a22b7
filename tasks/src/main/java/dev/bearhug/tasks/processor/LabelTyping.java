package dev.bearhug.tasks.processor;

import dev.bearhug.tasks.processor.internal.RawLabel;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds out the form of the labels of the train rows, or refuses to guess.
 *
 * <p>Arrays are sets of classes. Numbers of which some have a fraction are a regression. Words are
 * classes, unless nearly every row has another one. Whole numbers are classes when there are two of
 * them, or when they run from 0 or 1 without a gap and repeat.
 */
final class LabelTyping {

  private static final int MANY_CLASSES = 50;

  private LabelTyping() {}

  static LabelSet labelsOf(DataSpec spec, List<RawExample> train, List<String> namesOfFile) {
    LabelType type = spec.labelType();
    if (type == LabelType.AUTO) {
      type = namesOfFile != null ? ofNamed(spec, train) : detect(spec, train);
    }
    if (type == LabelType.REGRESSION) {
      return LabelSet.regression();
    }
    if (namesOfFile != null) {
      return LabelSet.ofNames(type, namesOfFile);
    }
    Set<String> observed = new LinkedHashSet<>();
    for (RawExample example : train) {
      for (String name : namesOf(type, example, spec)) {
        if (name.isBlank()) {
          throw DataException.at(
              example.file(), example.line(), "there is a blank name among the labels.");
        }
        observed.add(name);
      }
    }
    return LabelSet.ofObserved(type, observed);
  }

  private static List<String> namesOf(LabelType type, RawExample example, DataSpec spec) {
    return type == LabelType.SINGLE
        ? example.label().values()
        : LabelDecoder.names(example.label(), spec.labelSeparator());
  }

  private static LabelType ofNamed(DataSpec spec, List<RawExample> train) {
    boolean arrays = train.stream().anyMatch(e -> e.label().array());
    return arrays || spec.labelSeparator() != null ? LabelType.MULTI : LabelType.SINGLE;
  }

  private static LabelType detect(DataSpec spec, List<RawExample> train) {
    if (spec.labelSeparator() != null) {
      return LabelType.MULTI;
    }
    RawExample array = null;
    RawExample word = null;
    RawExample fraction = null;
    RawExample point = null;
    Set<String> distinct = new LinkedHashSet<>();
    for (RawExample example : train) {
      RawLabel label = example.label();
      if (label.array()) {
        array = array == null ? example : array;
        continue;
      }
      distinct.add(label.text());
      BigDecimal number = LabelSet.number(label.text());
      if (number == null) {
        word = word == null ? example : word;
      } else if (number.stripTrailingZeros().scale() > 0) {
        fraction = fraction == null ? example : fraction;
      } else if (!label.text().matches("[+-]?\\d+")) {
        point = point == null ? example : point;
      }
    }
    if (array != null) {
      if (!distinct.isEmpty()) {
        throw ambiguous(array, "some labels are arrays and some are not");
      }
      return LabelType.MULTI;
    }
    if (fraction != null) {
      if (word != null) {
        throw ambiguous(
            word, "\"" + word.label().text() + "\" is no number, others have fractions");
      }
      return LabelType.REGRESSION;
    }
    if (word == null && point != null) {
      throw ambiguous(
          point, "labels such as " + point.label().text() + " may be classes or scores");
    }
    if (word == null && !countable(distinct, train.size())) {
      throw ambiguous(
          train.get(0), "whole numbers (" + some(distinct) + ") may be classes or scores");
    }
    if (word != null && distinct.size() > Math.max(MANY_CLASSES, train.size() / 2)) {
      throw ambiguous(
          word,
          distinct.size() + " different labels in " + train.size() + " rows. Is data.label right?");
    }
    return LabelType.SINGLE;
  }

  private static boolean countable(Set<String> distinct, int rows) {
    if (distinct.size() <= 2) {
      return true;
    }
    List<BigDecimal> sorted =
        new ArrayList<>(distinct.stream().map(BigDecimal::new).sorted().toList());
    BigDecimal first = sorted.get(0);
    BigDecimal span = sorted.get(sorted.size() - 1).subtract(first);
    boolean fromZeroOrOne = first.signum() == 0 || first.compareTo(BigDecimal.ONE) == 0;
    return fromZeroOrOne
        && span.compareTo(BigDecimal.valueOf(distinct.size() - 1L)) == 0
        && rows >= 2 * distinct.size();
  }

  private static String some(Set<String> labels) {
    return String.join(", ", labels.stream().limit(5).toList()) + (labels.size() > 5 ? ", .." : "");
  }

  private static DataException ambiguous(RawExample example, String why) {
    return DataException.at(
        example.file(),
        example.line(),
        "the form of the labels is not clear: "
            + why
            + ". Set data.labelType to single, multi or regression.");
  }
}
