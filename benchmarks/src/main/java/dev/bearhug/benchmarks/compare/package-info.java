/**
 * Compares the engine with a peer: both run as child processes that take turns in one run, and the
 * times become tables and a plot. {@code SideBySide} is the program.
 */
package dev.bearhug.benchmarks.compare;
