package dev.bearhug.tasks.processor;

/** Makes features by hand. */
public final class FeaturesForTests {

  private FeaturesForTests() {}

  /** Returns an example of one text; {@code target} is {@code null} without label. */
  public static TextFeatures of(String id, float[] target, int... tokenIds) {
    return new TextFeatures(id, tokenIds, new int[tokenIds.length], target, 0);
  }
}
