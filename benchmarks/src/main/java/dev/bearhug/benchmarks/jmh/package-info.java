/**
 * Benchmarks for the <a href="https://github.com/openjdk/jmh">Java Microbenchmark Harness</a>; run
 * {@code benchmarks/target/bearhug-benchmarks.jar}.
 */
package dev.bearhug.benchmarks.jmh;
