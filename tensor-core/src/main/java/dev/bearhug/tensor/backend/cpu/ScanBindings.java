package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.ScanAttrs;
import java.util.Arrays;

/**
 * Running sums and products along any axis in single precision, accumulated in double: blocks of
 * neighbouring columns go through the axis together, so memory is read in its order.
 */
final class ScanBindings {

  /** Columns that go through the axis together; their state fits the L1 cache. */
  private static final int COLUMNS = 256;

  /** Handles some neighbouring columns of a matrix. */
  @FunctionalInterface
  private interface ColumnTask {

    /**
     * Runs along the axis.
     *
     * @param start offset in bytes of the first element in the direction of the scan
     * @param step bytes from one element of a column to the next, negative in reverse
     * @param size elements of a column
     * @param count number of columns
     */
    void run(long start, long step, long size, int count);
  }

  private final CpuResources cpu;

  private ScanBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ScanBindings b = new ScanBindings(cpu);
    table.add("cumsum", b::cumsum, DType.F32);
    table.add("cumprod", b::cumprod, DType.F32);
    table.add("cumprod_grad", b::cumprodGrad, DType.F32);
  }

  private void forColumns(Shape shape, ScanAttrs a, ColumnTask task) {
    long outer = 1;
    long inner = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      outer *= axis < a.axis() ? shape.dim(axis) : 1;
      inner *= axis > a.axis() ? shape.dim(axis) : 1;
    }
    long size = shape.dim(a.axis());
    if (shape.numel() == 0) {
      return;
    }
    long cols = inner;
    long groups = (cols + COLUMNS - 1) / COLUMNS;
    cpu.rows(
        outer * groups,
        size * Math.min(COLUMNS, cols),
        (from, to) -> {
          for (long unit = from; unit < to; unit++) {
            long first = unit % groups * COLUMNS;
            long start = unit / groups * size * cols + first;
            long step = 4 * cols;
            task.run(
                4 * start + (a.reverse() ? (size - 1) * step : 0),
                a.reverse() ? -step : step,
                size,
                (int) Math.min(COLUMNS, cols - first));
          }
        });
  }

  private void cumsum(KernelCall c) {
    ScanAttrs a = c.attrs();
    long x = c.in(0).address();
    long y = c.out(0).address();
    forColumns(
        c.in(0).shape(),
        a,
        (start, step, size, count) -> {
          double[] sums = new double[count];
          for (long i = 0, at = start; i < size; i++, at += step) {
            addRow(x + at, y + at, sums, a.exclusive());
          }
        });
  }

  private static void addRow(long x, long y, double[] sums, boolean exclusive) {
    for (int j = 0; j < sums.length; j++) {
      double before = sums[j];
      sums[j] = before + getFloat(x + 4L * j);
      putFloat(y + 4L * j, (float) (exclusive ? before : sums[j]));
    }
  }

  private void cumprod(KernelCall c) {
    ScanAttrs a = c.attrs();
    long x = c.in(0).address();
    long y = c.out(0).address();
    forColumns(
        c.in(0).shape(),
        a,
        (start, step, size, count) -> {
          double[] products = new double[count];
          Arrays.fill(products, 1);
          for (long i = 0, at = start; i < size; i++, at += step) {
            multiplyRow(x + at, y + at, products, a.exclusive());
          }
        });
  }

  private static void multiplyRow(long x, long y, double[] products, boolean exclusive) {
    for (int j = 0; j < products.length; j++) {
      double before = products[j];
      products[j] = before * getFloat(x + 4L * j);
      putFloat(y + 4L * j, (float) (exclusive ? before : products[j]));
    }
  }

  private void cumprodGrad(KernelCall c) {
    ScanAttrs a = c.attrs();
    long gy = c.in(0).address();
    long x = c.in(1).address();
    long gx = c.out(0).address();
    forColumns(
        c.in(0).shape(),
        a,
        (start, step, size, count) -> {
          for (int j = 0; j < count; j++) {
            gradient(gy, x, gx, start + 4L * j, step, Math.toIntExact(size), a.exclusive());
          }
        });
  }

  /** One column; see {@link dev.bearhug.tensor.op.std.CumprodGradOp} for the recurrence. */
  private static void gradient(
      long gy, long x, long gx, long start, long step, int n, boolean exclusive) {
    double[] before = new double[n];
    double product = 1;
    for (int i = 0; i < n; i++) {
      before[i] = product;
      product *= getFloat(x + start + i * step);
    }
    double sum = 0;
    for (int i = n - 1; i >= 0; i--) {
      long at = start + i * step;
      double behind = i + 1 < n ? getFloat(x + at + step) * sum : 0;
      if (!exclusive) {
        sum = getFloat(gy + at) + behind;
      } else {
        sum = i + 1 < n ? getFloat(gy + at + step) + behind : 0;
      }
      putFloat(gx + at, (float) (before[i] * sum));
    }
  }
}
