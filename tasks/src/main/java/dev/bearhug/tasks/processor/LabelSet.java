package dev.bearhug.tasks.processor;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The classes of a data set in the order of their ids, or the fact that it has numbers instead. */
public final class LabelSet {

  private final LabelType type;
  private final List<String> names;
  private final Map<String, Integer> ids = new HashMap<>();

  private LabelSet(LabelType type, List<String> names) {
    this.type = type;
    this.names = List.copyOf(names);
    for (String name : this.names) {
      if (name.isBlank() || ids.put(name, ids.size()) != null) {
        throw DataException.general(
            "class names must be unique and not blank (\"" + name + "\" of " + names + ").");
      }
    }
  }

  /**
   * Returns classes whose ids follow the order given.
   *
   * @param type {@link LabelType#SINGLE} or {@link LabelType#MULTI}
   * @throws DataException when a name is blank or occurs twice, or when there is none
   */
  public static LabelSet ofNames(LabelType type, List<String> names) {
    if (type != LabelType.SINGLE && type != LabelType.MULTI) {
      throw new IllegalArgumentException("label set: names need type single or multi, not " + type);
    }
    if (names.isEmpty()) {
      throw DataException.general("there is no class at all. Are all rows without a label?");
    }
    return new LabelSet(type, names);
  }

  /** Returns classes in sorted order, numbers by value and before other names. */
  public static LabelSet ofObserved(LabelType type, Collection<String> observed) {
    return ofNames(
        type,
        observed.stream()
            .distinct()
            .sorted(
                Comparator.comparing(
                        LabelSet::number, Comparator.nullsLast(Comparator.naturalOrder()))
                    .thenComparing(Comparator.naturalOrder()))
            .toList());
  }

  /** Returns the label set of a regression: one output and no classes. */
  public static LabelSet regression() {
    return new LabelSet(LabelType.REGRESSION, List.of());
  }

  /** Returns the type, never {@link LabelType#AUTO}. */
  public LabelType type() {
    return type;
  }

  /** Returns the class names by id; empty for a regression. */
  public List<String> names() {
    return names;
  }

  /** Returns the number of outputs a model needs: classes, or 1 for a regression. */
  public int outputs() {
    return type == LabelType.REGRESSION ? 1 : names.size();
  }

  /** Says whether a class is known. */
  public boolean contains(String name) {
    return ids.containsKey(name);
  }

  /**
   * Returns the id of a class.
   *
   * @throws IllegalArgumentException when the class is unknown
   */
  public int id(String name) {
    Integer id = ids.get(name);
    if (id == null) {
      throw new IllegalArgumentException(
          "label set: there is no class \"" + name + "\" (classes: " + names + ").");
    }
    return id;
  }

  /** Returns the name of a class id. */
  public String name(int id) {
    return names.get(id);
  }

  /** Returns a text as a plain decimal number, or {@code null} when it is none. */
  static BigDecimal number(String text) {
    return text.matches("[+-]?(\\d{1,300}(\\.\\d{0,300})?|\\.\\d{1,300})([eE][+-]?\\d{1,3})?")
        ? new BigDecimal(text)
        : null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSet that && type == that.type && names.equals(that.names);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + names.hashCode();
  }

  @Override
  public String toString() {
    return type + (names.isEmpty() ? "" : " " + names);
  }
}
