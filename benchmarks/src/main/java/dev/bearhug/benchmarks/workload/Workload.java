package dev.bearhug.benchmarks.workload;

/** Something whose time is measured, set up once and run many times by one thread. */
public interface Workload extends AutoCloseable {

  /** Does the work once, until its result is there. */
  void run();

  /** Gives back what was set up. */
  @Override
  void close();
}
