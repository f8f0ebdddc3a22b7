/**
 * The CUDA backend: finds out which NVIDIA devices there are and what is missing to compute on
 * them. Found at run time through {@link java.util.ServiceLoader}; no other module compiles against
 * it.
 */
package dev.bearhug.cuda;
