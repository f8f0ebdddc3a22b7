package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.AffineOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.BinaryOp;
import dev.bearhug.tensor.op.std.ClampOp;
import dev.bearhug.tensor.op.std.CompareOp;
import dev.bearhug.tensor.op.std.ExtremumOp;
import dev.bearhug.tensor.op.std.LogicalOp;
import dev.bearhug.tensor.op.std.ParametricOp;
import dev.bearhug.tensor.op.std.SliceGradOp;
import dev.bearhug.tensor.op.std.StandardOps;
import dev.bearhug.tensor.op.std.TestOp;
import dev.bearhug.tensor.op.std.UnaryGradOp;
import dev.bearhug.tensor.op.std.UnaryOp;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Naive kernels of the primitive ops: one loop each, any strides, sums in double. Fused ops have
 * none here and run through their definition, which is what makes this code an oracle.
 */
public final class GenericKernels {

  static final DType[] FLOATS = {DType.F32, DType.F64, DType.BF16, DType.F16};
  static final DType[] NUMBERS = {
    DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64
  };

  private GenericKernels() {}

  /** Adds all of them to a table. */
  public static void register(KernelTable table) {
    for (Op<?> op : StandardOps.all()) {
      if (op instanceof UnaryOp u) {
        table.addStrided(u.name(), c -> map(c, u.function()), FLOATS);
      } else if (op instanceof UnaryGradOp g) {
        table.addStrided(
            g.name(), c -> zip(c, (gy, s) -> gy * g.derivative().applyAsDouble(s)), FLOATS);
      } else if (op instanceof BinaryOp b) {
        table.addStrided(b.name(), c -> zip(c, b.function()), FLOATS);
        if (b.integers() != null) {
          table.addStrided(b.name(), c -> zipLongs(c, b.integers()), DType.I32, DType.I64);
        }
      } else if (op instanceof ParametricOp<?> q) {
        parametric(table, q);
      } else if (op instanceof TestOp t) {
        table.addStrided(t.name(), c -> map(c, x -> t.test().test(x) ? 1 : 0), DType.values());
      } else if (op instanceof LogicalOp l) {
        table.addStrided(
            l.name(), c -> zip(c, (x, y) -> l.function().of(x != 0, y != 0) ? 1 : 0), DType.BOOL);
      } else if (op instanceof CompareOp p) {
        table.addStrided(
            p.name(), c -> zip(c, (x, y) -> p.test().holds(x, y) ? 1 : 0), DType.values());
      }
    }
    table.addStrided("affine", GenericKernels::affine, FLOATS);
    table.addStrided("clamp", GenericKernels::clamp, FLOATS);
    table.addStrided("pow", c -> map(c, x -> Math.pow(x, c.<Double>attrs())), FLOATS);
    table.addStrided("copy", GenericKernels::copy, DType.values());
    table.addStrided("where", GenericKernels::where, DType.values());
    table.addStrided("slice_grad", GenericKernels::sliceGrad, FLOATS);
    table.addStrided("cat", GenericKernels::cat, DType.values());
    table.addStrided("sum", GenericKernels::sum, NUMBERS);
    table.addStrided("max", GenericKernels::extremum, NUMBERS);
    table.addStrided("min", GenericKernels::minimum, NUMBERS);
    table.addStrided("argmax", GenericKernels::argmax, NUMBERS);
    table.addStrided("argmin", GenericKernels::argmin, NUMBERS);
    table.addStrided("matmul", GenericKernels::matmul, FLOATS);
    GenericReductionKernels.register(table);
    GenericScanKernels.register(table);
    GenericIndexKernels.register(table);
    GenericLayoutKernels.register(table);
    GenericRandomKernels.register(table);
    GenericAttentionKernels.register(table);
    GenericOptimizerKernels.register(table);
  }

  private static <A> void parametric(KernelTable table, ParametricOp<A> op) {
    table.addStrided(op.name(), c -> map(c, op.function(c.attrs())), FLOATS);
    table.addStrided(
        op.grad().name(),
        c -> {
          DoubleUnaryOperator derivative = op.grad().derivative(c.attrs());
          zip(c, (gy, x) -> gy * derivative.applyAsDouble(x));
        },
        FLOATS);
  }

  private static void map(KernelCall c, DoubleUnaryOperator f) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      y.set(i, f.applyAsDouble(x.get(i)));
    }
  }

  private static void zip(KernelCall c, DoubleBinaryOperator f) {
    Shape shape = c.out(0).shape();
    Cursor a = new Cursor(c.in(0), shape);
    Cursor b = new Cursor(c.in(1), shape);
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = shape.numel(); i < n; i++) {
      y.set(i, f.applyAsDouble(a.get(i), b.get(i)));
    }
  }

  private static void zipLongs(KernelCall c, LongBinaryOperator f) {
    Shape shape = c.out(0).shape();
    Cursor a = new Cursor(c.in(0), shape);
    Cursor b = new Cursor(c.in(1), shape);
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = shape.numel(); i < n; i++) {
      y.setLong(i, f.applyAsLong(a.getLong(i), b.getLong(i)));
    }
  }

  private static void affine(KernelCall c) {
    AffineOp.Attrs a = c.attrs();
    map(c, x -> x * a.scale() + a.shift());
  }

  private static void clamp(KernelCall c) {
    ClampOp.Attrs a = c.attrs();
    map(c, x -> Math.min(Math.max(x, a.low()), a.high()));
  }

  private static void copy(KernelCall c) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.in(0).dtype().isFloating();
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      if (integers) {
        y.setLong(i, x.getLong(i));
      } else {
        y.set(i, x.get(i));
      }
    }
  }

  private static void where(KernelCall c) {
    Shape shape = c.out(0).shape();
    Cursor condition = new Cursor(c.in(0), shape);
    Cursor a = new Cursor(c.in(1), shape);
    Cursor b = new Cursor(c.in(2), shape);
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    for (long i = 0, n = shape.numel(); i < n; i++) {
      Cursor from = condition.get(i) != 0 ? a : b;
      if (integers) {
        y.setLong(i, from.getLong(i));
      } else {
        y.set(i, from.get(i));
      }
    }
  }

  private static void sliceGrad(KernelCall c) {
    SliceGradOp.Attrs a = c.attrs();
    Cursor gy = new Cursor(c.in(0));
    Tensor gx = c.out(0);
    Cursor all = new Cursor(gx);
    for (long i = 0, n = gx.numel(); i < n; i++) {
      all.set(i, 0);
    }
    Layout taken =
        gx.layout().slice(a.slice().axis(), a.slice().start(), a.slice().end(), a.slice().step());
    for (long i = 0, n = taken.shape().numel(); i < n; i++) {
      gx.dtype().write(gx.storage().address() + taken.position(i) * gx.dtype().bytes(), gy.get(i));
    }
  }

  /** Splits a shape around an axis: product before, size, product after. */
  static long[] around(Shape s, int axis) {
    long outer = 1;
    long inner = 1;
    for (int i = 0; i < s.rank(); i++) {
      if (i < axis) {
        outer *= s.dim(i);
      } else if (i > axis) {
        inner *= s.dim(i);
      }
    }
    return new long[] {outer, s.dim(axis), inner};
  }

  private static void cat(KernelCall c) {
    int axis = c.<Integer>attrs();
    Cursor y = new Cursor(c.out(0));
    long[] whole = around(c.out(0).shape(), axis);
    boolean integers = !c.out(0).dtype().isFloating();
    long start = 0;
    for (int p = 0; p < c.inputs(); p++) {
      Cursor x = new Cursor(c.in(p));
      long[] part = around(c.in(p).shape(), axis);
      long block = part[1] * part[2];
      for (long i = 0, n = part[0] * block; i < n; i++) {
        long to = i / block * whole[1] * whole[2] + start * whole[2] + i % block;
        if (integers) {
          y.setLong(to, x.getLong(i));
        } else {
          y.set(to, x.get(i));
        }
      }
      start += part[1];
    }
  }

  private static void sum(KernelCall c) {
    Axes a = c.attrs();
    Tensor x = c.in(0);
    // Summed axes go last, so that each result is one run of consecutive elements.
    int[] order = new int[x.rank()];
    int k = 0;
    long run = 1;
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!a.axes().contains(axis)) {
        order[k++] = axis;
      }
    }
    for (int axis : a.axes()) {
      order[k++] = axis;
      run *= x.dim(axis);
    }
    Layout layout = x.layout().permute(order);
    Cursor y = new Cursor(c.out(0));
    DType t = x.dtype();
    boolean integers = !t.isFloating();
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      double total = 0;
      long whole = 0;
      for (long j = i * run; j < (i + 1) * run; j++) {
        long address = x.storage().address() + layout.position(j) * t.bytes();
        if (integers) {
          whole += t.readLong(address);
        } else {
          total += t.read(address);
        }
      }
      if (integers) {
        y.setLong(i, whole);
      } else {
        y.set(i, total);
      }
    }
  }

  private static void extremum(KernelCall c) {
    reduceAxis(c, c.<ExtremumOp.Attrs>attrs().axis(), false, false);
  }

  private static void minimum(KernelCall c) {
    reduceAxis(c, c.<ExtremumOp.Attrs>attrs().axis(), true, false);
  }

  private static void argmax(KernelCall c) {
    reduceAxis(c, c.<Integer>attrs(), false, true);
  }

  private static void argmin(KernelCall c) {
    reduceAxis(c, c.<Integer>attrs(), true, true);
  }

  /** First extremum along an axis; not-a-number counts as the extremum. */
  private static void reduceAxis(KernelCall c, int axis, boolean smallest, boolean position) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    long[] s = around(c.in(0).shape(), axis);
    for (long o = 0; o < s[0]; o++) {
      for (long i = 0; i < s[2]; i++) {
        long best = 0;
        double value = x.get(o * s[1] * s[2] + i);
        for (long j = 1; j < s[1] && value == value; j++) {
          double v = x.get((o * s[1] + j) * s[2] + i);
          if (v != v || (smallest ? v < value : v > value)) {
            best = j;
            value = v;
          }
        }
        if (position) {
          y.setLong(o * s[2] + i, best);
        } else {
          y.set(o * s[2] + i, value);
        }
      }
    }
  }

  private static void matmul(KernelCall c) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    Shape batch = c.out(0).shape().dropLast(2);
    long m = a.dim(-2);
    long k = a.dim(-1);
    long n = b.dim(-1);
    Cursor left = new Cursor(a, batch.append(m, k));
    Cursor right = new Cursor(b, batch.append(k, n));
    Cursor y = new Cursor(c.out(0));
    for (long g = 0; g < batch.numel(); g++) {
      for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
          double total = 0;
          for (long l = 0; l < k; l++) {
            total += left.get((g * m + i) * k + l) * right.get((g * k + l) * n + j);
          }
          y.set((g * m + i) * n + j, total);
        }
      }
    }
  }
}
