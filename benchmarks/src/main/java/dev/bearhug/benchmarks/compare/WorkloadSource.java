package dev.bearhug.benchmarks.compare;

import dev.bearhug.benchmarks.workload.Workload;

/** One side of the comparison. */
public interface WorkloadSource {

  /** One line: library, version, threads, instruction set. */
  String describe();

  /**
   * Sets up a case.
   *
   * @param name name of the case
   * @param dtype element type of the arithmetic, {@code f32} or {@code bf16}
   * @throws IllegalArgumentException if this side does not know it
   */
  Workload open(String name, String dtype);
}
