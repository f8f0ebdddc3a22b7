package dev.bearhug.tensor.backend.cpu;

/** The plain kernels: loops without the vector module, on every JVM. */
final class ScalarFloatKernels {

  private ScalarFloatKernels() {}

  /** Returns the whole set. */
  static FloatKernels create() {
    return new FloatKernels(
        "scalar",
        new ScalarMapKernels(),
        new ScalarReduceKernels(),
        new ScalarSoftmaxKernels(),
        new ScalarNormKernels(),
        new ScalarLossKernels(),
        new ScalarOptimizerKernels(),
        new ScalarBlockCodeKernels(),
        new ScalarConvertKernels(),
        new ScalarDropoutKernels(),
        new ScalarAttentionKernels(),
        new ScalarRotaryKernels());
  }
}
