package dev.bearhug.nn;

import java.util.function.Predicate;

/** A checkpoint does not fit the model; the text is the whole report. */
public final class LoadException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LoadException(LoadReport report, Predicate<String> head) {
    super(
        report.describe(head)
            + "\n  The checkpoint does not fit this model. Is it of another architecture, size or"
            + " vocabulary? Compare its config.json.");
  }
}
