/**
 * Naive kernels for host memory that work for every element type: the reference backend is made of
 * them and the CPU backend falls back to them. For backends only.
 */
package dev.bearhug.tensor.backend.generic;
