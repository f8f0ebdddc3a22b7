/**
 * Memory of tensors: scopes, reference-counted storage, the pool of off-heap segments, statistics
 * and leak tracking. {@code Scope} and {@code MemoryStats} are for users; the rest serves backends.
 */
package dev.bearhug.tensor.memory;
