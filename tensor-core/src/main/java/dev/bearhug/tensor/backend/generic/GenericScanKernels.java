package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.ScanAttrs;
import dev.bearhug.tensor.op.std.SortOp;
import dev.bearhug.tensor.op.std.TopkOp;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Naive kernels of the ops that go through an axis in order: running results and sorting. */
final class GenericScanKernels {

  private GenericScanKernels() {}

  static void register(KernelTable table) {
    table.addStrided("cumsum", c -> scan(c, false), GenericKernels.NUMBERS);
    table.addStrided("cumprod", c -> scan(c, true), GenericKernels.NUMBERS);
    table.addStrided("cumprod_grad", GenericScanKernels::cumprodGrad, GenericKernels.FLOATS);
    table.addStrided("sort", GenericScanKernels::sort, GenericKernels.NUMBERS);
    table.addStrided("topk", GenericScanKernels::topk, GenericKernels.NUMBERS);
  }

  /** A line of elements along the axis: the first, the last, and the step from one to the next. */
  private record Line(long first, long step, int size) {

    /** Line {@code i} of {@code [outer, size, inner]}. */
    static Line of(long i, long[] around, boolean reverse) {
      long first = i / around[2] * around[1] * around[2] + i % around[2];
      long step = around[2];
      return reverse
          ? new Line(first + (around[1] - 1) * step, -step, (int) around[1])
          : new Line(first, step, (int) around[1]);
    }

    long at(int j) {
      return first + j * step;
    }
  }

  private static void scan(KernelCall c, boolean products) {
    ScanAttrs a = c.attrs();
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    boolean floating = c.in(0).dtype().isFloating();
    long[] around = GenericKernels.around(c.in(0).shape(), a.axis());
    for (long i = 0; i < around[0] * around[2]; i++) {
      Line line = Line.of(i, around, a.reverse());
      double value = products ? 1 : 0;
      long whole = products ? 1 : 0;
      for (int j = 0; j < line.size(); j++) {
        double before = value;
        long wholeBefore = whole;
        if (floating) {
          double v = x.get(line.at(j));
          value = products ? value * v : value + v;
          y.set(line.at(j), a.exclusive() ? before : value);
        } else {
          long v = x.getLong(line.at(j));
          whole = products ? whole * v : whole + v;
          y.setLong(line.at(j), a.exclusive() ? wholeBefore : whole);
        }
      }
    }
  }

  private static void cumprodGrad(KernelCall c) {
    ScanAttrs a = c.attrs();
    Cursor gy = new Cursor(c.in(0));
    Cursor x = new Cursor(c.in(1));
    Cursor gx = new Cursor(c.out(0));
    long[] around = GenericKernels.around(c.in(0).shape(), a.axis());
    for (long i = 0; i < around[0] * around[2]; i++) {
      Line line = Line.of(i, around, a.reverse());
      int n = line.size();
      double[] before = new double[n];
      double product = 1;
      for (int j = 0; j < n; j++) {
        before[j] = product;
        product *= x.get(line.at(j));
      }
      double sum = 0;
      for (int j = n - 1; j >= 0; j--) {
        double behind = j + 1 < n ? x.get(line.at(j + 1)) * sum : 0;
        if (a.exclusive()) {
          sum = j + 1 < n ? gy.get(line.at(j + 1)) + behind : 0;
        } else {
          sum = gy.get(line.at(j)) + behind;
        }
        gx.set(line.at(j), before[j] * sum);
      }
    }
  }

  private static void sort(KernelCall c) {
    SortOp.Attrs a = c.attrs();
    take(c, a.axis(), c.in(0).dim(a.axis()), a.descending());
  }

  private static void topk(KernelCall c) {
    TopkOp.Attrs a = c.attrs();
    take(c, a.axis(), a.k(), a.largest());
  }

  /** Sorts each line and keeps its first {@code k} elements. */
  private static void take(KernelCall c, int axis, long k, boolean descending) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    Cursor indices = new Cursor(c.out(1));
    boolean floating = c.in(0).dtype().isFloating();
    long[] around = GenericKernels.around(c.in(0).shape(), axis);
    long[] taken = {around[0], k, around[2]};
    for (long i = 0; i < around[0] * around[2]; i++) {
      Line from = Line.of(i, around, false);
      Line to = Line.of(i, taken, false);
      // Adding zero makes the negative zero equal to the positive one.
      Comparator<Integer> order =
          floating
              ? Comparator.comparingDouble(j -> x.get(from.at(j)) + 0.0)
              : Comparator.comparingLong(j -> x.getLong(from.at(j)));
      Integer[] places = IntStream.range(0, from.size()).boxed().toArray(Integer[]::new);
      Arrays.sort(places, descending ? order.reversed() : order);
      for (int j = 0; j < k; j++) {
        long source = from.at(places[j]);
        if (floating) {
          y.set(to.at(j), x.get(source));
        } else {
          y.setLong(to.at(j), x.getLong(source));
        }
        indices.setLong(to.at(j), places[j]);
      }
    }
  }
}
