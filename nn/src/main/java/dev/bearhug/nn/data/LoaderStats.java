package dev.bearhug.nn.data;

/**
 * What a stream has delivered so far.
 *
 * @param batches number of batches
 * @param examples number of examples
 * @param tokens number of real tokens
 * @param slots number of token positions, padding included
 */
public record LoaderStats(long batches, long examples, long tokens, long slots) {

  /** Returns the share of padding among the token positions, 0 to 1; 0 where there are none. */
  public double paddingShare() {
    return slots == 0 ? 0 : (double) (slots - tokens) / slots;
  }

  LoaderStats plus(Batch batch) {
    return new LoaderStats(
        batches + 1, examples + batch.examples(), tokens + batch.tokens(), slots + batch.slots());
  }
}
