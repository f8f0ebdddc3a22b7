package dev.bearhug.tasks.metric;

/** Size checks shared by the metrics. */
final class Sizes {

  private Sizes() {}

  static void requireEqual(String metric, int references, int predictions) {
    if (references != predictions) {
      throw new IllegalArgumentException(
          metric
              + ": there must be one prediction for each reference (references "
              + references
              + ", predictions "
              + predictions
              + ").");
    }
  }
}
