package dev.bearhug.tensor.backend;

/**
 * Computes one op for one element type. Outputs are allocated and shapes checked before; a kernel
 * neither allocates results nor checks shapes.
 */
@FunctionalInterface
public interface Kernel {

  /** Fills the outputs of the call. */
  void run(KernelCall call);
}
