package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.MaxPool2dOp;

/** Pooling of single-precision planes. */
final class PoolBindings {

  private final CpuResources cpu;

  private PoolBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    table.add("max_pool2d", new PoolBindings(cpu)::maxPool, DType.F32);
  }

  private void maxPool(KernelCall c) {
    MaxPool2dOp.Attrs a = c.attrs();
    Tensor x = c.in(0);
    Tensor y = c.out(0);
    long results = y.dim(2) * y.dim(3);
    long plane = x.dim(2) * x.dim(3);
    cpu.rows(
        x.dim(0) * x.dim(1),
        results * a.rows().kernel() * a.columns().kernel(),
        (from, to) -> {
          for (long p = from; p < to; p++) {
            maxPlane(
                a,
                x.address() + 4 * p * plane,
                x.dim(2),
                x.dim(3),
                y.address() + 4 * p * results,
                c.out(1).address() + 8 * p * results,
                y.dim(2),
                y.dim(3));
          }
        });
  }

  private static void maxPlane(
      MaxPool2dOp.Attrs a, long x, long height, long width, long y, long at, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long top = r * a.rows().stride() - a.rows().padding();
      for (long s = 0; s < cols; s++) {
        long left = s * a.columns().stride() - a.columns().padding();
        long best = largest(a, x, height, width, top, left);
        // A dilated window can leap over all elements; like padding it is then the least number.
        float value = best < 0 ? Float.NEGATIVE_INFINITY : getFloat(x + 4 * best);
        putFloat(y + 4 * (r * cols + s), value);
        putLong(at + 8 * (r * cols + s), Math.max(0, best));
      }
    }
  }

  /** Number of the first largest element of a window in its plane; not-a-number is the largest. */
  private static long largest(
      MaxPool2dOp.Attrs a, long x, long height, long width, long top, long left) {
    long best = -1;
    float value = 0;
    for (long i = 0; i < a.rows().kernel(); i++) {
      long row = top + i * a.rows().dilation();
      if (row < 0 || row >= height) {
        continue;
      }
      for (long j = 0; j < a.columns().kernel(); j++) {
        long column = left + j * a.columns().dilation();
        if (column < 0 || column >= width) {
          continue;
        }
        float v = getFloat(x + 4 * (row * width + column));
        if (best < 0 || v > value || v != v && value == value) {
          best = row * width + column;
          value = v;
        }
      }
    }
    return best;
  }
}
