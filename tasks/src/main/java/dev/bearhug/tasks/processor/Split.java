package dev.bearhug.tasks.processor;

import java.util.Locale;

/** A part of a data set. */
public enum Split {
  /** Examples to learn from. */
  TRAIN,
  /** Labelled examples to measure with. */
  DEV,
  /** Examples to predict; labels are optional. */
  TEST;

  /** Returns the name in lower case, as in file names and ids. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
