/**
 * The same work in libtorch, PyTorch's C++ library, through its JavaCPP presets; compiled in the
 * Maven profile {@code peer} only.
 */
package dev.bearhug.benchmarks.peer;
