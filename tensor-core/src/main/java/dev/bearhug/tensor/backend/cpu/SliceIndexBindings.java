package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.IndexAddOp;

/**
 * Ops on numbered slices of an axis: a tensor is seen as {@code [outer, size, inner]}, its slices
 * as {@code [outer, n, inner]}. Runs of {@code inner} elements move at the speed of memory. Slices
 * that meet in one place are handled in their order by one thread.
 */
final class SliceIndexBindings {

  /** Runs shorter than this are handled element by element. */
  private static final long SHORT_RUN = 8;

  private final CpuResources cpu;

  private SliceIndexBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    SliceIndexBindings b = new SliceIndexBindings(cpu);
    table.add("index_select", b::indexSelect, DType.values());
    table.addStrided("index_add", b::indexAdd, DType.F32);
    table.addStrided("index_copy", b::indexCopy, DType.values());
  }

  /** Sizes of the three parts of a shape. */
  private record Parts(long outer, long size, long inner) {

    static Parts of(Shape whole, int axis) {
      long outer = 1;
      long inner = 1;
      for (int a = 0; a < whole.rank(); a++) {
        if (a < axis) {
          outer *= whole.dim(a);
        } else if (a > axis) {
          inner *= whole.dim(a);
        }
      }
      return new Parts(outer, whole.dim(axis), inner);
    }
  }

  private void indexSelect(KernelCall c) {
    Parts p = Parts.of(c.in(0).shape(), c.<Integer>attrs());
    Tensor index = c.in(1);
    IndexBindings.checkIndices("index_select", index, p.size());
    long n = index.numel();
    int bytes = c.in(0).dtype().bytes();
    long run = p.inner() * bytes;
    long x = c.in(0).address();
    long y = c.out(0).address();
    long at = index.address();
    if (n == 0 || run == 0) {
      return;
    }
    cpu.rows(
        p.outer() * n,
        p.inner(),
        (from, to) -> {
          long o = from / n;
          long i = from % n;
          for (long row = from; row < to; row++) {
            long source = x + (o * p.size() + getLong(at + 8 * i)) * run;
            move(source, y + row * run, p.inner(), bytes);
            if (++i == n) {
              i = 0;
              o++;
            }
          }
        });
  }

  private static void move(long from, long to, long count, int bytes) {
    if (count >= SHORT_RUN) {
      NativeMemory.copy(from, to, count * bytes);
      return;
    }
    for (long i = 0; i < count * bytes; i += bytes) {
      IndexBindings.move(from + i, to + i, bytes);
    }
  }

  /** Adds or writes one run of the slices to its place. */
  @FunctionalInterface
  private interface Run {
    void apply(long source, long target);
  }

  private void indexAdd(KernelCall c) {
    IndexAddOp.Attrs a = c.attrs();
    Parts p = Parts.of(c.in(0).shape(), a.axis());
    MapKernels map = cpu.kernels().map();
    float alpha = (float) a.alpha();
    put(c, "index_add", p, false, (s, t) -> addRun(map, alpha, s, t, p.inner()));
  }

  private static void addRun(MapKernels map, float alpha, long source, long target, long count) {
    if (count < SHORT_RUN) {
      for (long i = 0; i < 4 * count; i += 4) {
        putFloat(target + i, getFloat(target + i) + alpha * getFloat(source + i));
      }
    } else if (alpha == 1) {
      map.binary(BinaryOp.ADD, target, source, target, count);
    } else {
      map.axpy(alpha, source, target, count);
    }
  }

  private void indexCopy(KernelCall c) {
    Parts p = Parts.of(c.in(0).shape(), c.<Integer>attrs());
    int bytes = c.in(0).dtype().bytes();
    put(c, "index_copy", p, true, (s, t) -> move(s, t, p.inner(), bytes));
  }

  private void put(KernelCall c, String op, Parts p, boolean lastWins, Run run) {
    try (Operand index = Operand.rowMajor(cpu.pool(), c.in(1));
        Operand source = Operand.rowMajor(cpu.pool(), c.in(2))) {
      long n = c.in(1).numel();
      IndexBindings.checkIndices(op, index.address(), c.in(1).shape(), p.size());
      DenseCopy.fill(cpu, c.in(0), c.out(0).address());
      long bytes = p.inner() * c.out(0).dtype().bytes();
      if (n == 0 || bytes == 0 || p.outer() == 0) {
        return;
      }
      if (p.outer() > 1 && n * p.inner() <= CpuResources.GRAIN) {
        cpu.rows(
            p.outer(),
            n * p.inner(),
            (from, to) -> {
              for (long o = from; o < to; o++) {
                for (long i = 0; i < n; i++) {
                  long row = o * p.size() + getLong(index.address() + 8 * i);
                  run.apply(
                      source.address() + (o * n + i) * bytes, c.out(0).address() + row * bytes);
                }
              }
            });
      } else {
        putByRow(index.address(), source.address(), c.out(0).address(), p, n, bytes, lastWins, run);
      }
    }
  }

  /** Gives each place to one thread, with its slices in their order. */
  private void putByRow(
      long index, long source, long y, Parts p, long n, long bytes, boolean lastWins, Run run) {
    int[] ends = new int[Math.toIntExact(p.size()) + 1];
    int[] positions = IndexBindings.sortByRow(index, n, ends);
    long work = p.inner() * Math.max(1, n / p.size());
    for (long o = 0; o < p.outer(); o++) {
      long slices = source + o * n * bytes;
      long places = y + o * p.size() * bytes;
      cpu.rows(
          p.size(),
          work,
          (from, to) -> {
            for (int row = (int) from; row < to; row++) {
              int first = lastWins ? Math.max(ends[row], ends[row + 1] - 1) : ends[row];
              for (int i = first; i < ends[row + 1]; i++) {
                run.apply(slices + positions[i] * bytes, places + row * bytes);
              }
            }
          });
    }
  }
}
