package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AmaxOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.TruthReductionOp;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Naive kernels of reductions over several axes. */
final class GenericReductionKernels {

  private GenericReductionKernels() {}

  static void register(KernelTable table) {
    table.addStrided(
        "prod", c -> fold(c, 1, (a, b) -> a * b, (a, b) -> a * b), GenericKernels.NUMBERS);
    extremum(table, AmaxOp.MAX, Math::max, Math::max);
    extremum(table, AmaxOp.MIN, Math::min, Math::min);
    truth(table, TruthReductionOp.ANY);
    truth(table, TruthReductionOp.ALL);
  }

  private static void extremum(
      KernelTable table, AmaxOp op, DoubleBinaryOperator f, LongBinaryOperator integers) {
    double start = op.isSmallest() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    table.addStrided(op.name(), c -> fold(c, start, f, integers), GenericKernels.NUMBERS);
  }

  private static void truth(KernelTable table, TruthReductionOp op) {
    boolean any = op.decisive();
    table.addStrided(
        op.name(),
        c -> fold(c, any ? 0 : 1, null, any ? (a, b) -> a | b : (a, b) -> a & b),
        DType.BOOL);
  }

  /**
   * Combines the elements of each result one by one.
   *
   * @param start what the first element is combined with; infinities become the extreme longs
   */
  private static void fold(
      KernelCall c, double start, DoubleBinaryOperator f, LongBinaryOperator integers) {
    Axes axes = c.attrs();
    Tensor x = c.in(0);
    Layout layout = x.layout().permute(axes.lastOrder(x.rank()));
    long run = axes.count(x.shape());
    DType t = x.dtype();
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      double value = start;
      long whole = (long) start;
      for (long j = i * run; j < (i + 1) * run; j++) {
        long address = x.storage().address() + layout.position(j) * t.bytes();
        if (t.isFloating()) {
          value = f.applyAsDouble(value, t.read(address));
        } else {
          whole = integers.applyAsLong(whole, t.readLong(address));
        }
      }
      if (t.isFloating()) {
        y.set(i, value);
      } else {
        y.setLong(i, whole);
      }
    }
  }
}
