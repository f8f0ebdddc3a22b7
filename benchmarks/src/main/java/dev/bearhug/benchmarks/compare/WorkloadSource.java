package dev.bearhug.benchmarks.compare;

import dev.bearhug.benchmarks.workload.Workload;

/** One side of the comparison. */
public interface WorkloadSource {

  /** One line: library, version, threads, instruction set. */
  String describe();

  /**
   * Sets up a case.
   *
   * @throws IllegalArgumentException if this side does not know it
   */
  Workload open(Case which);
}
