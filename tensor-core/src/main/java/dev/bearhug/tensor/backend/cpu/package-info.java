/**
 * The CPU backend: oneDNN matrix products, Vector API kernels, worker pool. For the engine only.
 */
package dev.bearhug.tensor.backend.cpu;
