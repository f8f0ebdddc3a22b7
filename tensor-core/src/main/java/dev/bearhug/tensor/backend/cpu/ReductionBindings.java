package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.ExtremumOp;

/** Reductions in single precision; sums of 16-bit values too. */
final class ReductionBindings {

  /** Columns whose running extrema are kept at a time. */
  private static final int COLUMNS = 256;

  private final CpuResources cpu;
  private final ReduceKernels reduce;

  private ReductionBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.reduce = cpu.kernels().reduce();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ReductionBindings b = new ReductionBindings(cpu);
    table.add("sum", b::sum, FloatSpan.TYPES);
    table.add("sum_wide", b::sum, FloatSpan.TYPES);
    table.add("max", b::max, DType.F32);
    table.add("min", b::min, DType.F32);
    table.add("argmax", c -> b.position(c, false), DType.F32);
    table.add("argmin", c -> b.position(c, true), DType.F32);
  }

  // ---------------------------------------------------------------- sums

  private void sum(KernelCall c) {
    Axes a = c.attrs();
    Tensor x = c.in(0);
    Tensor y = c.out(0);
    if (x.numel() == 0) {
      NativeMemory.fill(y.address(), y.dtype().bytes() * y.numel(), (byte) 0);
      return;
    }
    if (y.dtype() != DType.F32) {
      try (Scratch wide = new Scratch(4 * y.numel())) {
        sum(a, x, wide.address());
        FloatSpan.of(cpu, y).write(0, y.numel(), wide.address());
      }
      return;
    }
    sum(a, x, y.address());
  }

  /** Writes the sums in single precision. */
  private void sum(Axes a, Tensor x, long y) {
    // Neighbouring axes that are both summed or both kept count as one.
    Shape shape = x.shape();
    long[] sizes = new long[shape.rank() + 1];
    boolean[] summed = new boolean[shape.rank() + 1];
    int n = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) == 1) {
        continue;
      }
      boolean s = a.axes().contains(axis);
      if (n > 0 && summed[n - 1] == s) {
        sizes[n - 1] *= shape.dim(axis);
      } else {
        sizes[n] = shape.dim(axis);
        summed[n++] = s;
      }
    }
    sumGroups(FloatSpan.of(cpu, x), sizes, summed, n, y);
  }

  /** Sums the innermost summed group and goes on with what is left. */
  private void sumGroups(FloatSpan x, long[] sizes, boolean[] summed, int n, long y) {
    int last = n - 1;
    if (last >= 0 && !summed[last]) {
      last--;
    }
    long outer = 1;
    int left = 0;
    for (int i = 0; i < last; i++) {
      outer *= sizes[i];
      left += summed[i] ? 1 : 0;
    }
    long inner = last + 1 < n ? sizes[last + 1] : 1;
    long count = last < 0 ? 1 : sizes[last];
    if (left == 0) {
      sumMiddle(x, outer, count, inner, y);
      return;
    }
    try (Scratch partial = new Scratch(4 * outer * inner)) {
      sumMiddle(x, outer, count, inner, partial.address());
      long[] rest = sizes.clone();
      boolean[] marks = summed.clone();
      // The group before the summed one is kept, and joins the one behind it.
      rest[last - 1] *= inner;
      FloatSpan sums = new FloatSpan(cpu.kernels().convert(), DType.F32, partial.address());
      sumGroups(sums, rest, marks, last, y);
    }
  }

  /** Writes {@code y[outer, inner]}, the sums of {@code x[outer, count, inner]} over the middle. */
  private void sumMiddle(FloatSpan x, long outer, long count, long inner, long y) {
    if (inner > 1) {
      sumColumns(x, outer, count, inner, y);
    } else if (outer > 1) {
      FloatTiles.rows(
          cpu,
          x.inPlace(),
          1,
          outer,
          count,
          (first, rows, buffer, step) ->
              reduce.sumRows(
                  x.read(first * count, rows * count, buffer), y + 4 * first, rows, count));
    } else {
      putFloat(y, (float) cpu.total(count, (from, to) -> sumRange(x, from, to)));
    }
  }

  private double sumRange(FloatSpan x, long from, long to) {
    if (x.inPlace()) {
      return reduce.sum(x.at(from, 0), to - from);
    }
    double sum = 0;
    long buffer = FloatTiles.buffers();
    for (long i = from; i < to; i += FloatTiles.TILE) {
      long n = Math.min(FloatTiles.TILE, to - i);
      sum += reduce.sum(x.read(i, n, buffer), n);
    }
    return sum;
  }

  private void sumColumns(FloatSpan x, long outer, long rows, long cols, long y) {
    ColumnSums sums = new ColumnSums(cpu, rows, cols);
    if (sums.blocks() == 1) {
      cpu.rows(
          outer,
          rows * cols,
          (from, to) -> {
            NativeMemory.fill(y + 4 * from * cols, 4 * (to - from) * cols, (byte) 0);
            for (long i = from; i < to; i++) {
              addColumns(x, i * rows, rows, cols, y + 4 * i * cols);
            }
          });
      return;
    }
    for (long i = 0; i < outer; i++) {
      long start = i * rows;
      sums.run(
          y + 4 * i * cols,
          (first, count, part) -> addColumns(x, start + first, count, cols, part));
    }
  }

  /** Adds {@code count} rows of {@code cols} elements to {@code part}. */
  private void addColumns(FloatSpan x, long row, long count, long cols, long part) {
    FloatTiles.runRows(
        x.inPlace(),
        1,
        row,
        row + count,
        cols,
        (first, rows, buffer, step) ->
            reduce.sumColumns(x.read(first * cols, rows * cols, buffer), part, rows, cols));
  }

  // ---------------------------------------------------------------- extrema

  private static long product(Shape s, int from, int to) {
    long p = 1;
    for (int i = from; i < to; i++) {
      p *= s.dim(i);
    }
    return p;
  }

  private void max(KernelCall c) {
    Shape s = c.in(0).shape();
    int axis = c.<ExtremumOp.Attrs>attrs().axis();
    long x = c.in(0).address();
    long y = c.out(0).address();
    if (product(s, axis + 1, s.rank()) > 1) {
      fold(c, axis, BinaryOp.MAX);
      return;
    }
    long cols = s.dim(axis);
    cpu.rows(
        product(s, 0, axis),
        cols,
        (from, to) -> reduce.rowMax(x + 4 * from * cols, y + 4 * from, to - from, cols));
  }

  private void min(KernelCall c) {
    Shape s = c.in(0).shape();
    int axis = c.<ExtremumOp.Attrs>attrs().axis();
    long x = c.in(0).address();
    long y = c.out(0).address();
    if (product(s, axis + 1, s.rank()) > 1) {
      fold(c, axis, BinaryOp.MIN);
      return;
    }
    long cols = s.dim(axis);
    cpu.rows(
        product(s, 0, axis),
        cols,
        (from, to) -> {
          for (long r = from; r < to; r++) {
            putFloat(y + 4 * r, reduce.min(x + 4 * r * cols, cols));
          }
        });
  }

  /** Folds the rows of each matrix {@code [size of the axis, inner]}. */
  private void fold(KernelCall c, int axis, BinaryOp op) {
    Shape s = c.in(0).shape();
    long x = c.in(0).address();
    long y = c.out(0).address();
    long rows = s.dim(axis);
    long cols = product(s, axis + 1, s.rank());
    cpu.rows(
        product(s, 0, axis),
        rows * cols,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long matrix = x + 4 * i * rows * cols;
            long out = y + 4 * i * cols;
            NativeMemory.copy(matrix, out, 4 * cols);
            for (long r = 1; r < rows; r++) {
              cpu.kernels().map().binary(op, out, matrix + 4 * r * cols, out, cols);
            }
          }
        });
  }

  private void position(KernelCall c, boolean smallest) {
    Shape s = c.in(0).shape();
    int axis = c.<Integer>attrs();
    long x = c.in(0).address();
    long y = c.out(0).address();
    long rows = s.dim(axis);
    long outer = product(s, 0, axis);
    long cols = product(s, axis + 1, s.rank());
    if (cols == 1) {
      cpu.rows(
          outer,
          rows,
          (from, to) -> {
            if (smallest) {
              reduce.rowArgMin(x + 4 * from * rows, y + 8 * from, to - from, rows);
            } else {
              reduce.rowArgMax(x + 4 * from * rows, y + 8 * from, to - from, rows);
            }
          });
      return;
    }
    long groups = (cols + COLUMNS - 1) / COLUMNS;
    cpu.rows(
        outer * groups,
        rows * Math.min(COLUMNS, cols),
        (from, to) -> {
          for (long unit = from; unit < to; unit++) {
            long first = unit % groups * COLUMNS;
            long at = unit / groups;
            int count = (int) Math.min(COLUMNS, cols - first);
            positionsInColumns(
                x + 4 * (at * rows * cols + first),
                rows,
                cols,
                count,
                smallest,
                y + 8 * (at * cols + first));
          }
        });
  }

  /** The first extreme element, or the first not-a-number, of {@code count} columns. */
  private static void positionsInColumns(
      long x, long rows, long cols, int count, boolean smallest, long y) {
    float[] best = new float[count];
    for (int j = 0; j < count; j++) {
      best[j] = getFloat(x + 4L * j);
      putLong(y + 8L * j, 0);
    }
    for (long r = 1; r < rows; r++) {
      for (int j = 0; j < count; j++) {
        float v = getFloat(x + 4 * (r * cols + j));
        boolean worse = smallest ? v >= best[j] : v <= best[j];
        if (!worse && best[j] == best[j]) {
          best[j] = v;
          putLong(y + 8L * j, r);
        }
      }
    }
  }
}
