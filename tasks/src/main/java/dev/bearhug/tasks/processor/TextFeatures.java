package dev.bearhug.tasks.processor;

/**
 * One text, or a pair of texts, as the numbers a model reads.
 *
 * <p>Immutable by agreement: nobody changes the arrays.
 */
public final class TextFeatures {

  private final String id;
  private final int[] tokenIds;
  private final int[] typeIds;
  private final float[] target;
  private final int cutTokens;

  /**
   * Creates features.
   *
   * @param id name of the example
   * @param tokenIds token ids, special tokens included; at least one
   * @param typeIds segment of each token, as many
   * @param target what is to be predicted: the class id alone, 0 or 1 for each class of a set, or
   *     the number alone; {@code null} without label
   * @param cutTokens number of tokens that the limit of length removed
   */
  TextFeatures(String id, int[] tokenIds, int[] typeIds, float[] target, int cutTokens) {
    this.id = id;
    this.tokenIds = tokenIds;
    this.typeIds = typeIds;
    this.target = target;
    this.cutTokens = cutTokens;
  }

  /** Returns the name of the example. */
  public String id() {
    return id;
  }

  /** Returns the number of tokens, special tokens included. */
  public int length() {
    return tokenIds.length;
  }

  /** Returns the token ids, not copied. */
  public int[] tokenIds() {
    return tokenIds;
  }

  /** Returns the segment of each token, not copied. */
  public int[] typeIds() {
    return typeIds;
  }

  /** Says whether the example has a label. */
  public boolean isLabelled() {
    return target != null;
  }

  /**
   * Returns what is to be predicted, not copied: the class id alone, 0 or 1 for each class of a
   * set, or the number alone; {@code null} without label.
   */
  public float[] target() {
    return target;
  }

  /** Returns how many tokens the limit of length removed, 0 for most texts. */
  public int cutTokens() {
    return cutTokens;
  }
}
