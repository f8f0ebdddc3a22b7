package dev.bearhug.benchmarks.compare;

/**
 * What was measured for one case.
 *
 * @param which the case
 * @param threads threads of each side
 * @param ours this engine
 * @param peer the peer, null if it did not run
 */
record Comparison(Case which, int threads, Side ours, Side peer) {

  /** Median of the peer divided by ours, above 1 if this engine is faster; NaN without a peer. */
  double ratio() {
    return peer == null ? Double.NaN : peer.times().median() / ours.times().median();
  }

  /** Shortest possible time divided by our median. */
  double limitShare(Ceilings ceilings) {
    return ceilings.limitMillis(which, threads) / ours.times().median();
  }

  /** Tokens per second at our median; NaN for work that is not about text. */
  double tokensPerSecond() {
    long tokens = which.work().tokens();
    return tokens == 0 ? Double.NaN : tokens / (ours.times().median() / 1e3);
  }
}
