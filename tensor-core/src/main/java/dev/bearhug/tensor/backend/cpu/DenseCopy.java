package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.NativeMemory;

/** Fills dense memory with the values of a tensor of any strides. */
final class DenseCopy {

  private DenseCopy() {}

  /**
   * Writes all elements in row-major order; a single value that is seen as many is written without
   * being read many times.
   */
  static void fill(CpuResources cpu, Tensor x, long to) {
    int bytes = x.dtype().bytes();
    if (x.layout().isContiguous()) {
      long from = x.address();
      cpu.elements(
          x.numel() * bytes,
          (first, last) -> NativeMemory.copy(from + first, to + first, last - first));
    } else if (x.dtype() == DType.F32 && isOneValue(x)) {
      float value = NativeMemory.getFloat(x.address());
      MapKernels map = cpu.kernels().map();
      cpu.elements(x.numel(), (first, last) -> map.fill(value, to + 4 * first, last - first));
    } else {
      StridedCopy.pack(cpu.pool(), x.address(), x.layout(), to, bytes);
    }
  }

  private static boolean isOneValue(Tensor x) {
    for (long stride : x.layout().strides()) {
      if (stride != 0) {
        return false;
      }
    }
    return true;
  }
}
