package dev.bearhug.benchmarks.compare;

/**
 * What was measured for one case.
 *
 * @param which the case
 * @param ours times of this engine
 * @param peer times of the peer, null if it did not run
 */
public record Comparison(Case which, Times ours, Times peer) {

  /** Median of the peer divided by ours, above 1 if this engine is faster; NaN without a peer. */
  public double ratio() {
    return peer == null ? Double.NaN : peer.median() / ours.median();
  }

  /** Shortest possible time divided by our median; NaN where no limit is known. */
  public double limitShare(Ceilings ceilings) {
    double limit = which.limitMillis(ceilings);
    return limit == 0 ? Double.NaN : limit / ours.median();
  }

  /** Tokens per second at our median; NaN for work that is not about text. */
  public double tokensPerSecond() {
    return which.tokens() == 0 ? Double.NaN : which.tokens() / (ours.median() / 1e3);
  }
}
