package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.generic.Cursor;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.RotaryOp;
import java.lang.ref.Reference;

/** Rotary positions: rows turn by cosines and sines from a table. */
final class RotaryBindings {

  private final CpuResources cpu;
  private final RotaryTables tables = new RotaryTables();

  private RotaryBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    table.addStrided("rotary", new RotaryBindings(cpu)::rotary, DType.F32, DType.BF16);
  }

  private void rotary(KernelCall c) {
    RotaryOp.Attrs a = c.attrs();
    Tensor p = c.in(1);
    int count = Math.toIntExact(p.numel());
    long[] angles = new long[count];
    Cursor positions = new Cursor(p);
    long largest = 0;
    long smallest = 0;
    for (int i = 0; i < count; i++) {
      angles[i] = positions.getLong(i);
      largest = Math.max(largest, angles[i]);
      smallest = Math.min(smallest, angles[i]);
    }
    // Positions that far out turn by numbers of their own; one more than the largest would wrap.
    boolean kept = c.in(2) == null && smallest >= 0 && largest < Integer.MAX_VALUE;
    RotaryTables.Table table = kept ? tables.upTo(a, largest + 1) : null;
    long width = 4L * RotaryTables.width(a);
    if (table != null) {
      for (int i = 0; i < count; i++) {
        angles[i] = table.memory().address() + angles[i] * width;
      }
      turn(c, angles);
      Reference.reachabilityFence(table);
      return;
    }
    double[] frequencies = frequencies(c.in(2), a);
    try (Scratch own = new Scratch(count * width)) {
      cpu.rows(
          count,
          16L * a.size(),
          (from, to) -> {
            for (int i = (int) from; i < to; i++) {
              long at = own.address() + i * width;
              RotaryTables.write(a, frequencies, angles[i], at);
              angles[i] = at;
            }
          });
      turn(c, angles);
    }
  }

  private static double[] frequencies(Tensor given, RotaryOp.Attrs a) {
    double[] frequencies = new double[a.size() / 2];
    Cursor values = given == null ? null : new Cursor(given);
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = values == null ? a.frequency(i) : values.get(i);
    }
    return frequencies;
  }

  /** Turns all rows; {@code angles} are addresses of cosines and sines by position. */
  private void turn(KernelCall c, long[] angles) {
    Tensor x = c.in(0);
    int last = x.rank() - 1;
    boolean dense = x.dim(last) <= 1 || x.layout().stride(last) == 1;
    boolean packed = x.rank() == 3;
    boolean shared = c.in(1).rank() == 1;
    long outer = packed ? x.dim(1) : x.dim(1) * x.dim(2);
    try (Operand from = Operand.of(cpu.pool(), x, dense)) {
      long[] steps = new long[last];
      for (int axis = 0; axis < last; axis++) {
        steps[axis] = from.layout().stride(axis) * x.dtype().bytes();
      }
      cpu.rows(
          x.numel() == 0 ? 0 : x.numel() / x.dim(last),
          2 * x.dim(last),
          (first, end) -> {
            try (Scratch row = new Scratch(4 * x.dim(last))) {
              for (long i = first; i < end; i++) {
                long b = i / outer;
                long inner = i % outer;
                long at = from.address() + b * steps[0];
                long angle;
                if (packed) {
                  at += inner * steps[1];
                  angle = angles[(int) b];
                } else {
                  long s = inner % x.dim(2);
                  at += inner / x.dim(2) * steps[1] + s * steps[2];
                  angle = angles[(int) (shared ? s : b * x.dim(2) + s)];
                }
                row(c, at, i, angle, row.address());
              }
            }
          });
    }
  }

  private void row(KernelCall c, long from, long number, long angle, long scratch) {
    RotaryOp.Attrs a = c.attrs();
    Tensor y = c.out(0);
    int d = (int) y.dim(-1);
    long to = y.address() + number * d * y.dtype().bytes();
    if (y.dtype() == DType.F32) {
      turnRow(a, from, to, angle);
      NativeMemory.copy(from + 4L * a.size(), to + 4L * a.size(), 4L * (d - a.size()));
    } else {
      cpu.kernels().convert().bf16ToFloat(from, scratch, d);
      turnRow(a, scratch, scratch, angle);
      cpu.kernels().convert().floatToBf16(scratch, to, d);
    }
  }

  private void turnRow(RotaryOp.Attrs a, long from, long to, long angle) {
    RotaryKernels kernels = cpu.kernels().rotary();
    float sign = a.back() ? -1 : 1;
    if (a.interleaved()) {
      kernels.neighbours(from, to, angle, angle + 4L * a.size(), sign, a.size());
    } else {
      kernels.halves(from, to, angle, angle + 2L * a.size(), sign, a.size() / 2);
    }
  }
}
