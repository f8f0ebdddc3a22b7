/** Placeholder. */
package dev.bearhug.benchmarks;
