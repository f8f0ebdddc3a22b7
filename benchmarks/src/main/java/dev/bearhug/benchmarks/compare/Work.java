package dev.bearhug.benchmarks.compare;

/**
 * What one call must do at least.
 *
 * @param flops floating-point operations that count against the rate of matrix products
 * @param bytes bytes read and written in memory
 * @param tokens tokens processed, without padding; 0 if it is not about text
 */
public record Work(double flops, double bytes, long tokens) {

  /** Matrix products, with the bytes of their operands and results. */
  static Work products(double flops, double bytes) {
    return new Work(flops, bytes, 0);
  }

  /** Work whose time is that of reading and writing. */
  static Work traffic(double bytes) {
    return new Work(0, bytes, 0);
  }
}
