package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.util.Arrays;

/** Measures cases with both sides taking turns, so that both see the same state of the machine. */
final class TurnTaker {

  private static final int FEWEST_SAMPLES = 2;
  private static final int MOST_SAMPLES = 2000;
  private static final int WARM_UP_STEPS = 3;

  private final WorkerProcess engine;
  private final WorkerProcess peer;
  private final int rounds;
  private final double secondsPerTurn;

  /**
   * Takes both sides.
   *
   * @param peer null for ours only
   * @param rounds turns of each side
   * @param secondsPerTurn about how long a turn lasts, at least two calls
   */
  TurnTaker(WorkerProcess engine, WorkerProcess peer, int rounds, double secondsPerTurn) {
    this.engine = engine;
    this.peer = peer;
    this.rounds = rounds;
    this.secondsPerTurn = secondsPerTurn;
  }

  /** Measures a case on both sides. */
  Comparison compare(Case which) throws IOException {
    double[] ours = new double[0];
    double[] others = new double[0];
    int ourSamples = warmUp(engine, which);
    int otherSamples = peer == null ? 0 : warmUp(peer, which);
    for (int i = 0; i < rounds; i++) {
      ours = joined(ours, engine.measure(which, ourSamples));
      if (peer != null) {
        others = joined(others, peer.measure(which, otherSamples));
      }
    }
    engine.release();
    if (peer != null) {
      peer.release();
    }
    return new Comparison(which, Times.of(ours), peer == null ? null : Times.of(others));
  }

  /** Measures a ceiling, on our side alone. */
  Times ceiling(Case which) throws IOException {
    int samples = warmUp(engine, which);
    Times times = Times.of(engine.measure(which, rounds * samples));
    engine.release();
    return times;
  }

  /** Runs until compilers and caches have settled; returns how many calls fill a turn. */
  private int warmUp(WorkerProcess side, Case which) throws IOException {
    double millisPerTurn = 1e3 * secondsPerTurn;
    double millis = Times.of(side.measure(which, WARM_UP_STEPS)).min() * which.callsPerSample();
    int samples = samples(2 * millisPerTurn, millis);
    millis = Times.of(side.measure(which, samples)).median() * which.callsPerSample();
    return samples(millisPerTurn, millis);
  }

  /** How many samples of a length fit into a time, within limits. */
  static int samples(double budgetMillis, double sampleMillis) {
    return Math.clamp((long) (budgetMillis / sampleMillis), FEWEST_SAMPLES, MOST_SAMPLES);
  }

  private static double[] joined(double[] a, double[] b) {
    double[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
