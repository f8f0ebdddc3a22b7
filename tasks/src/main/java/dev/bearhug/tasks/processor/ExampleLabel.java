package dev.bearhug.tasks.processor;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** What an example is labelled with; the form follows from the {@link LabelType}. */
public sealed interface ExampleLabel {

  /**
   * One class.
   *
   * @param name the name of the class
   */
  record Single(String name) implements ExampleLabel {}

  /**
   * A set of classes, possibly empty.
   *
   * @param names the names in the order of the file
   */
  record Multi(Set<String> names) implements ExampleLabel {

    /** Copies the set, keeping its order. */
    public Multi {
      names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }
  }

  /**
   * A number to predict.
   *
   * @param value a finite number
   */
  record Score(double value) implements ExampleLabel {}

  /** No label: only in data to predict. */
  record None() implements ExampleLabel {}
}
