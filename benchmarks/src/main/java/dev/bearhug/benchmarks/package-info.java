/**
 * Speed measurements. {@code workload} holds what is measured, {@code jmh} the benchmarks of single
 * pieces, {@code compare} the comparison with a peer in one run. Nothing else depends on it.
 */
package dev.bearhug.benchmarks;
