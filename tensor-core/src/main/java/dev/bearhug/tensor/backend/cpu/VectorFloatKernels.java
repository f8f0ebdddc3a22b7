package dev.bearhug.tensor.backend.cpu;

/** The SIMD kernels; loads only with {@code jdk.incubator.vector}. Used through VectorSupport. */
final class VectorFloatKernels {

  private VectorFloatKernels() {}

  /** Returns the width of the widest fast vectors, in bits. */
  static int preferredBits() {
    return FloatLanes.FLOATS.vectorBitSize();
  }

  /** Returns the whole set. */
  static FloatKernels create() {
    MapKernels map = new VectorMapKernels();
    ReduceKernels reduce = new VectorReduceKernels();
    ConvertKernels convert = new VectorConvertKernels();
    return new FloatKernels(
        "vector",
        map,
        reduce,
        new VectorSoftmaxKernels(reduce),
        new VectorNormKernels(reduce),
        new VectorLossKernels(map, reduce),
        new VectorOptimizerKernels(convert),
        // Narrower vectors do not hold the tables.
        FloatLanes.LANES < 8 ? new ScalarBlockCodeKernels() : new VectorBlockCodeKernels(),
        convert,
        new VectorDropoutKernels(),
        new VectorAttentionKernels(convert),
        new VectorRotaryKernels());
  }
}
