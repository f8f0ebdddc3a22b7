package dev.bearhug.benchmarks.compare;

import java.util.List;

/**
 * Something that both sides do.
 *
 * @param name name in tables and files; with the element type it is unique
 * @param dtype element type of our arithmetic
 * @param peerTypes element types that the peer may use; the fastest counts
 * @param work what one call must do at least
 * @param callsPerSample calls that are timed together, because one is too short for the clock
 * @param threads threads of each side, 0 for those of the run
 * @param whole whether it runs in processes of its own, whose peak of memory is reported, and lasts
 *     long enough for one call a turn
 */
public record Case(
    String name,
    String dtype,
    List<String> peerTypes,
    Work work,
    int callsPerSample,
    int threads,
    boolean whole) {

  /** Copies the list. */
  public Case {
    peerTypes = List.copyOf(peerTypes);
  }

  /** A case of the same type on both sides, on all threads, in processes shared with others. */
  static Case of(String name, String dtype, Work work) {
    return new Case(name, dtype, List.of(dtype), work, 1, 0, false);
  }

  /** The same in processes of its own. */
  Case inOwnProcess() {
    return new Case(name, dtype, peerTypes, work, callsPerSample, threads, true);
  }

  /** The same with several calls timed together. */
  Case timedTogether(int calls) {
    return new Case(name, dtype, peerTypes, work, calls, threads, whole);
  }

  /** The same on one thread, under another name. */
  Case onOneThread() {
    return new Case(name + ONE_THREAD, dtype, peerTypes, work, callsPerSample, 1, whole);
  }

  /** End of the names of cases on one thread. */
  static final String ONE_THREAD = "-1-thread";

  /** The name of the same work on all threads. */
  String nameOnAllThreads() {
    return name.endsWith(ONE_THREAD)
        ? name.substring(0, name.length() - ONE_THREAD.length())
        : name;
  }

  /** Name and element type, such as {@code gelu-1024x3072:f32}. */
  public String id() {
    return name + ":" + dtype;
  }
}
