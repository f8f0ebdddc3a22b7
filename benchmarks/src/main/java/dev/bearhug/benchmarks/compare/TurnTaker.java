package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures a case with both sides taking turns, so that both see the same state of the machine. */
final class TurnTaker {

  private static final int MOST_SAMPLES = 2000;
  private static final int MOST_WARM_UPS = 8;

  /** Compilers have settled when a turn is no longer faster than the one before by this factor. */
  private static final double SETTLED = 0.97;

  private final int rounds;
  private final double millisPerTurn;

  /**
   * Takes the lengths.
   *
   * @param rounds turns of each side
   * @param secondsPerTurn about how long a turn lasts, at least one call
   */
  TurnTaker(int rounds, double secondsPerTurn) {
    this.rounds = rounds;
    this.millisPerTurn = 1e3 * secondsPerTurn;
  }

  /**
   * Measures a case.
   *
   * @param threads threads of both sides
   * @param peer null for ours only
   * @param peerType element type of the peer
   */
  Comparison compare(
      Case which, int threads, WorkerProcess engine, WorkerProcess peer, String peerType)
      throws IOException {
    double[] ours = new double[0];
    double[] others = new double[0];
    int ourSamples = warmUp(engine, which, which.dtype());
    int otherSamples = peer == null ? 0 : warmUp(peer, which, peerType);
    for (int i = 0; i < rounds; i++) {
      ours = joined(ours, engine.measure(which, which.dtype(), ourSamples));
      if (peer != null) {
        others = joined(others, peer.measure(which, peerType, otherSamples));
      }
    }
    return new Comparison(
        which,
        threads,
        side(which, engine, which.dtype(), ours),
        peer == null ? null : side(which, peer, peerType, others));
  }

  private static Side side(Case which, WorkerProcess process, String dtype, double[] times)
      throws IOException {
    Map<String, Double> facts = process.facts();
    if (!which.whole()) {
      facts.remove(Side.PEAK); // of all cases that the process ran so far
    }
    process.release();
    return new Side(dtype, Times.of(times), facts);
  }

  /** Measures a ceiling. */
  Times ceiling(Case which, WorkerProcess engine) throws IOException {
    int samples = warmUp(engine, which, which.dtype());
    Times times = Times.of(engine.measure(which, which.dtype(), rounds * samples));
    engine.release();
    return times;
  }

  /** Times in milliseconds of the types that the peer may use. */
  static Map<String, Double> millisByType(Case which, WorkerProcess peer) throws IOException {
    Map<String, Double> millis = new LinkedHashMap<>();
    for (String type : which.peerTypes()) {
      peer.measure(which, type, 1);
      millis.put(type, Times.of(peer.measure(which, type, 2)).min());
    }
    return millis;
  }

  /** Runs until compilers and caches have settled; returns how many calls fill a turn. */
  private int warmUp(WorkerProcess side, Case which, String dtype) throws IOException {
    double before = Times.of(side.measure(which, dtype, 1)).min();
    int samples = samples(millisPerTurn, before * which.callsPerSample());
    for (int i = 0; i < MOST_WARM_UPS; i++) {
      double now = Times.of(side.measure(which, dtype, samples)).median();
      samples = samples(millisPerTurn, now * which.callsPerSample());
      if (now > SETTLED * before) {
        return samples;
      }
      before = now;
    }
    return samples;
  }

  /** How many samples of a length fit into a time, at least one. */
  static int samples(double budgetMillis, double sampleMillis) {
    return Math.clamp((long) (budgetMillis / sampleMillis), 1, MOST_SAMPLES);
  }

  private static double[] joined(double[] a, double[] b) {
    double[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
