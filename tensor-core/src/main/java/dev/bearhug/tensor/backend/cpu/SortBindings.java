package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.SortOp;
import dev.bearhug.tensor.op.std.TopkOp;
import java.util.Arrays;

/**
 * Sorting in single precision. A value and its position make one long whose order is that of the
 * values and, among equal ones, of the positions: sorting longs is then a stable sort.
 */
final class SortBindings {

  /** Up to this share of a line the best are kept in a heap; above it the line is sorted. */
  private static final int HEAP_SHARE = 8;

  private final CpuResources cpu;

  private SortBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    SortBindings b = new SortBindings(cpu);
    table.add("sort", b::sort, DType.F32);
    table.add("topk", b::topk, DType.F32);
  }

  private void sort(KernelCall c) {
    SortOp.Attrs a = c.attrs();
    take(c, a.axis(), c.in(0).dim(a.axis()), a.descending());
  }

  private void topk(KernelCall c) {
    TopkOp.Attrs a = c.attrs();
    take(c, a.axis(), a.k(), a.largest());
  }

  /** Writes the first {@code k} elements of each line in its order. */
  private void take(KernelCall c, int axis, long k, boolean descending) {
    Shape shape = c.in(0).shape();
    long lines = 1;
    long inner = 1;
    for (int i = 0; i < shape.rank(); i++) {
      lines *= i == axis ? 1 : shape.dim(i);
      inner *= i > axis ? shape.dim(i) : 1;
    }
    int size = Math.toIntExact(shape.dim(axis));
    int kept = (int) k;
    if (kept == 0) {
      return;
    }
    long step = 4 * inner;
    long columns = inner;
    long x = c.in(0).address();
    long y = c.out(0).address();
    long indices = c.out(1).address();
    // Sorting costs far more per element than a pass over it.
    cpu.pool()
        .parallelFor(
            lines,
            Math.max(1, CpuResources.GRAIN / 8 / Math.max(1, size)),
            (from, to) -> {
              long[] keys = new long[size];
              for (long line = from; line < to; line++) {
                long place = line / columns;
                long source = x + 4 * (place * size * columns + line % columns);
                long first = place * kept * columns + line % columns;
                fill(keys, source, step, descending);
                order(keys, kept);
                for (int i = 0; i < kept; i++) {
                  int at = (int) keys[i];
                  putFloat(y + 4 * (first + i * columns), getFloat(source + at * step));
                  putLong(indices + 8 * (first + i * columns), at);
                }
              }
            });
  }

  private static void fill(long[] keys, long source, long step, boolean descending) {
    int flip = descending ? -1 : 0;
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) (ordered(getFloat(source + i * step)) ^ flip) << 32 | i;
    }
  }

  /** An int in the order of the floats: zeros are equal, not-a-number is above all. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value + 0f);
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
  }

  /** Brings the smallest {@code k} keys to the front, in their order. */
  private static void order(long[] keys, int k) {
    if (k < keys.length / HEAP_SHARE) {
      select(keys, k);
      Arrays.sort(keys, 0, k);
    } else {
      Arrays.sort(keys);
    }
  }

  /** Keeps the smallest {@code k} keys in a heap with the largest of them on top. */
  private static void select(long[] keys, int k) {
    for (int i = k / 2 - 1; i >= 0; i--) {
      sink(keys, i, k);
    }
    for (int i = k; i < keys.length; i++) {
      if (keys[i] < keys[0]) {
        keys[0] = keys[i];
        sink(keys, 0, k);
      }
    }
  }

  private static void sink(long[] heap, int start, int size) {
    long key = heap[start];
    int at = start;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}
