package dev.bearhug.benchmarks.compare;

/**
 * Work that both sides do.
 *
 * @param name name in tables and files
 * @param dtype element type of the arithmetic
 * @param callsPerSample calls that are timed together, because one is too short for the clock
 * @param flops floating-point operations of one call that count against the matrix product ceiling
 * @param bytes bytes that one call must at least read and write in memory
 * @param tokens tokens that one call processes, 0 if it is not about text
 */
public record Case(
    String name, String dtype, int callsPerSample, double flops, double bytes, long tokens) {

  /**
   * Shortest possible time of one call in milliseconds.
   *
   * @param ceilings what the machine can do
   */
  double limitMillis(Ceilings ceilings) {
    return Math.max(
        flops / (ceilings.gflops() * 1e6), bytes / (ceilings.copyGigabytesPerSecond() * 1e6));
  }
}
