package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getLong;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.IndexErrors;

/** Moves whole rows between padded and packed batches. */
final class PackingBindings {

  private final CpuResources cpu;

  private PackingBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    PackingBindings b = new PackingBindings(cpu);
    table.add("pack_rows", b::pack, DType.values());
    table.add("unpack_rows", b::unpack, DType.values());
  }

  private static void check(String op, Tensor rows, long count) {
    long base = rows.address();
    long before = -1;
    for (long i = 0, n = rows.numel(); i < n; i++) {
      long row = getLong(base + 8 * i);
      IndexErrors.checkAscending(op, row, before, i, count);
      before = row;
    }
  }

  private static long width(Tensor t) {
    return t.shape().with(0, 1).numel();
  }

  private void pack(KernelCall c) {
    Tensor x = c.in(0);
    check("pack_rows", c.in(1), x.dim(0));
    long rows = c.in(1).address();
    long from = x.address();
    long to = c.out(0).address();
    long cols = width(x);
    long bytes = cols * x.dtype().bytes();
    cpu.rows(
        c.in(1).numel(),
        cols,
        (first, end) -> {
          for (long i = first; i < end; i++) {
            NativeMemory.copy(from + getLong(rows + 8 * i) * bytes, to + i * bytes, bytes);
          }
        });
  }

  private void unpack(KernelCall c) {
    Tensor x = c.in(0);
    long count = c.out(0).dim(0);
    check("unpack_rows", c.in(1), count);
    long rows = c.in(1).address();
    long packed = c.in(1).numel();
    long from = x.address();
    long to = c.out(0).address();
    long cols = width(x);
    long bytes = cols * x.dtype().bytes();
    // Rows are ascending: what lies between two of them is padding.
    cpu.rows(
        packed + 1,
        cols,
        (first, end) -> {
          for (long i = first; i < end; i++) {
            long row = i == packed ? count : getLong(rows + 8 * i);
            long gap = i == 0 ? 0 : getLong(rows + 8 * (i - 1)) + 1;
            NativeMemory.fill(to + gap * bytes, (row - gap) * bytes, (byte) 0);
            if (i < packed) {
              NativeMemory.copy(from + i * bytes, to + row * bytes, bytes);
            }
          }
        });
  }
}
