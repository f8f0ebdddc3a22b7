/** Tensors: handles to typed, strided views of a device's memory. Public API. */
package dev.bearhug.tensor;
