package dev.bearhug.benchmarks.workload;

import java.util.Map;

/** Something whose time is measured, set up once and run many times by one thread. */
public interface Workload extends AutoCloseable {

  /** Does the work once, until its result is there. */
  void run();

  /** Figures of the last run beside its time, by name. */
  default Map<String, Double> facts() {
    return Map.of();
  }

  /** Gives back what was set up. */
  @Override
  void close();
}
