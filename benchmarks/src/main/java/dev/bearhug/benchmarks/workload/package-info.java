/** The measured work, shared by the benchmarks and the comparison with a peer. */
package dev.bearhug.benchmarks.workload;
