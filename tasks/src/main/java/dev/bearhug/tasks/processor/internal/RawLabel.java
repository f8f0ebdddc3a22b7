package dev.bearhug.tasks.processor.internal;

import java.util.List;

/**
 * A label as it stands in a file, before its type is known.
 *
 * @param values one text, or the elements of an array
 * @param array whether the file had an array
 */
public record RawLabel(List<String> values, boolean array) {

  /** Returns a label of one text. */
  public static RawLabel of(String text) {
    return new RawLabel(List.of(text), false);
  }

  /** Returns the single text; only for labels that are no arrays. */
  public String text() {
    return values.get(0);
  }
}
