package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import java.util.Arrays;

/**
 * The rows of an additive mask that broadcasts to scores {@code [b, h, s, t]}: in place, or as a
 * single-precision copy with the broadcast axes left out.
 */
final class AttentionMask implements AutoCloseable {

  private final Scratch copy;
  private final long address;

  /** Step from one example, head and query to the next, in elements. */
  private final long[] steps;

  private AttentionMask(Scratch copy, long address, long[] steps) {
    this.copy = copy;
    this.address = address;
    this.steps = steps;
  }

  /**
   * Prepares a mask.
   *
   * @param mask additive mask, or null
   * @param keys columns of the scores
   * @return null if there is no mask
   */
  static AttentionMask of(CpuResources cpu, Tensor mask, long keys) {
    if (mask == null) {
      return null;
    }
    long[] dims = new long[4];
    Arrays.fill(dims, 1);
    for (int axis = 0; axis < mask.rank(); axis++) {
      dims[4 - mask.rank() + axis] = mask.dim(axis);
    }
    boolean whole = dims[3] == keys;
    dims[3] = keys;
    Shape shape = Shape.of(dims);
    Layout layout = mask.layout().expand(shape);
    if (mask.dtype() == DType.F32 && whole && (keys == 1 || layout.stride(3) == 1)) {
      return new AttentionMask(null, mask.address(), steps(layout, dims));
    }
    Scratch copy = new Scratch(4 * shape.numel());
    write(cpu, mask, layout, copy.address());
    return new AttentionMask(copy, copy.address(), steps(Layout.contiguous(shape), dims));
  }

  private static long[] steps(Layout layout, long[] dims) {
    long[] steps = new long[3];
    for (int axis = 0; axis < 3; axis++) {
      steps[axis] = dims[axis] == 1 ? 0 : layout.stride(axis);
    }
    return steps;
  }

  private static void write(CpuResources cpu, Tensor mask, Layout layout, long to) {
    DType type = mask.dtype();
    if (type == DType.F32) {
      StridedCopy.pack(cpu.pool(), mask.address(), layout, to, 4);
      return;
    }
    long n = layout.shape().numel();
    try (Scratch dense = new Scratch(n * type.bytes())) {
      StridedCopy.pack(cpu.pool(), mask.address(), layout, dense.address(), type.bytes());
      cpu.elements(
          n,
          (from, end) -> {
            for (long i = from; i < end; i++) {
              putFloat(to + 4 * i, (float) type.read(dense.address() + i * type.bytes()));
            }
          });
    }
  }

  /** Address of the mask of a row of scores. */
  long row(long example, long head, long query) {
    return address + 4 * (example * steps[0] + head * steps[1] + query * steps[2]);
  }

  @Override
  public void close() {
    if (copy != null) {
      copy.close();
    }
  }
}
