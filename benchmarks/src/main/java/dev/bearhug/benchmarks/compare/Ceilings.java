package dev.bearhug.benchmarks.compare;

/**
 * The best that was measured on this machine in the same run.
 *
 * @param gflops rate of single-precision matrix products in 10^9 operations per second
 * @param copyGigabytesPerSecond rate of a large copy, bytes read plus bytes written
 */
public record Ceilings(double gflops, double copyGigabytesPerSecond) {}
