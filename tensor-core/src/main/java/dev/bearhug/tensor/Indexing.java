package dev.bearhug.tensor;

import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.IndexAddOp;
import dev.bearhug.tensor.op.std.IndexCopyOp;
import dev.bearhug.tensor.op.std.NonzeroOp;
import dev.bearhug.tensor.op.std.OneHotOp;
import dev.bearhug.tensor.op.std.ScatterAddOp;
import dev.bearhug.tensor.op.std.ScatterOp;
import dev.bearhug.tensor.op.std.WrapIndexOp;
import java.util.Arrays;

/**
 * Reading and writing where other tensors say. {@code Tensor} has the common forms; writing forms
 * and NumPy's advanced indexing belong here. Results are new tensors; indices are {@code I64} or
 * {@code I32}.
 */
public final class Indexing {

  private Indexing() {}

  // ---------------------------------------------------------------- advanced indexing

  /**
   * NumPy's advanced indexing, {@code x[i0, i1, ...]}.
   *
   * @param indices one per leading axis, null for all elements of an axis. Index tensors broadcast;
   *     negative numbers count from the end of their axis. A truth-value tensor stands for the
   *     coordinates where it holds and takes as many axes as it has
   * @return the axes of the broadcast indices in place of the first indexed axis, or in front if
   *     the indexed axes are not neighbours
   */
  public static Tensor at(Tensor x, Tensor... indices) {
    Selection s = Selection.of("index", x, indices);
    return s.restore(s.slices(x).indexSelect(0, s.rows()));
  }

  /**
   * A copy of {@code x} with {@code x[i0, i1, ...] = values}; where indices meet, one of the values
   * stays.
   *
   * @param indices see {@link #at}
   * @param values broadcast to the shape of what {@link #at} reads
   */
  public static Tensor put(Tensor x, Tensor values, Tensor... indices) {
    return put(x, values, false, indices);
  }

  /** A copy of {@code x} with {@code x[i0, i1, ...] += values}; where indices meet, all count. */
  public static Tensor putAdd(Tensor x, Tensor values, Tensor... indices) {
    return put(x, values, true, indices);
  }

  private static Tensor put(Tensor x, Tensor values, boolean add, Tensor... indices) {
    Selection s = Selection.of("index_put", x, indices);
    Tensor source = s.flatten(values.to(x.dtype()).expand(s.resultShape().dims()));
    Tensor slices = s.slices(x);
    return s.original(
        add
            ? Dispatcher.call(
                IndexAddOp.INSTANCE, new IndexAddOp.Attrs(0, 1), slices, s.rows(), source)
            : Dispatcher.call(IndexCopyOp.INSTANCE, 0, slices, s.rows(), source));
  }

  /** The elements where a mask holds, in row-major order; both broadcast. */
  public static Tensor maskedSelect(Tensor x, Tensor mask) {
    Shape shape = Shape.broadcast("masked_select", x.shape(), mask.shape());
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          "masked_select", "the mask is " + mask.dtype() + " but must be BOOL.");
    }
    Tensor rows = NonzeroOp.apply(mask.expand(shape.dims()).reshape(-1)).reshape(-1);
    return x.expand(shape.dims()).reshape(-1).indexSelect(0, rows);
  }

  /**
   * Coordinates of the elements that are not zero, {@code I64[count, rank]}, in row-major order.
   */
  public static Tensor nonzero(Tensor x) {
    return NonzeroOp.apply(x);
  }

  // ---------------------------------------------------------------- one axis

  /**
   * Elements along an axis by an index tensor that broadcasts with this one on the other axes.
   *
   * @see Tensor#gather
   */
  public static Tensor takeAlongAxis(Tensor x, Tensor index, int axis) {
    if (x.rank() != index.rank()) {
      throw new ShapeException(
          "take_along_axis",
          "index " + index.shape() + " must have as many axes as the values " + x.shape() + ".");
    }
    int a = x.shape().axis(axis);
    Shape others =
        Shape.broadcast("take_along_axis", x.shape().with(a, 1), index.shape().with(a, 1));
    return x.expand(others.with(a, x.dim(a)).dims())
        .gather(a, index.expand(others.with(a, index.dim(a)).dims()));
  }

  /** Elements by their row-major numbers, in the shape of the index; negative ones count back. */
  public static Tensor take(Tensor x, Tensor index) {
    Tensor rows = WrapIndexOp.apply("take", index, x.numel(), true);
    return x.reshape(-1).indexSelect(0, rows.reshape(-1)).reshape(index.shape().dims());
  }

  /**
   * A copy of {@code x} with {@code y[.., index[.., i, ..], ..] = source[.., i, ..]} along an axis;
   * of several elements for one place the last one stays.
   */
  public static Tensor scatter(Tensor x, int axis, Tensor index, Tensor source) {
    return ScatterOp.apply(x, axis, index, source);
  }

  /** A copy of {@code x} with one value at {@code y[.., index[.., i, ..], ..]} along an axis. */
  public static Tensor scatter(Tensor x, int axis, Tensor index, double value) {
    Tensor source = Tensor.scalar(value, x.dtype(), x.device()).expand(index.shape().dims());
    return ScatterOp.apply(x, axis, index, source);
  }

  /** A copy of {@code x} with {@code y[.., index[.., i, ..], ..] += source[.., i, ..]}. */
  public static Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
    return ScatterAddOp.apply(x, axis, index, source);
  }

  /** A copy of {@code x} with {@code alpha * source} added to numbered slices of an axis. */
  public static Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source, double alpha) {
    return Dispatcher.call(
        IndexAddOp.INSTANCE, new IndexAddOp.Attrs(x.shape().axis(axis), alpha), x, index, source);
  }

  /** A copy of {@code x} with numbered slices of an axis replaced. */
  public static Tensor indexCopy(Tensor x, int axis, Tensor index, Tensor source) {
    return Dispatcher.call(IndexCopyOp.INSTANCE, x.shape().axis(axis), x, index, source);
  }

  /** A copy of {@code x} with numbered slices of an axis set to one value. */
  public static Tensor indexFill(Tensor x, int axis, Tensor index, double value) {
    Tensor source =
        Tensor.scalar(value, x.dtype(), x.device())
            .expand(x.shape().with(axis, index.numel()).dims());
    return indexCopy(x, axis, index, source);
  }

  /**
   * Slice {@code i} of an axis {@code repeats[i]} times; the gradient sums over the repetitions.
   */
  public static Tensor repeatInterleave(Tensor x, Tensor repeats, int axis) {
    long[] counts = repeats.toLongArray();
    if (repeats.rank() != 1 || counts.length != x.dim(axis)) {
      throw new ShapeException(
          "repeat_interleave",
          "repeats is "
              + repeats.shape()
              + " but must be ["
              + x.dim(axis)
              + "]: one number per element of axis "
              + axis
              + " of "
              + x.shape()
              + ".");
    }
    int total = 0;
    for (long c : counts) {
      if (c < 0) {
        throw new ShapeException("repeat_interleave", "repeats has " + c + ", a negative number.");
      }
      total = Math.addExact(total, Math.toIntExact(c));
    }
    long[] index = new long[total];
    for (int i = 0, k = 0; i < counts.length; i++) {
      for (long r = 0; r < counts[i]; r++) {
        index[k++] = i;
      }
    }
    return x.indexSelect(axis, Tensor.of(index).to(x.device()));
  }

  // ---------------------------------------------------------------- classes and counts

  /** Classes {@code I64[..]} as unit vectors {@code I64[.., classes]}. */
  public static Tensor oneHot(Tensor index, long classes) {
    return Dispatcher.call(OneHotOp.INSTANCE, classes, index);
  }

  /** Classes as unit vectors; there are as many as the largest one says. */
  public static Tensor oneHot(Tensor index) {
    return oneHot(index, largest("one_hot", index) + 1);
  }

  /**
   * How often each number occurs in {@code I64[n]}, or the sum of its weights.
   *
   * @param weights one per number, of a floating type, or null to count
   * @param least fewest entries of the result, which else ends with the largest number
   */
  public static Tensor bincount(Tensor x, Tensor weights, long least) {
    if (x.rank() != 1) {
      throw new ShapeException("bincount", "x is " + x.shape() + " but must have one axis.");
    }
    long bins = Math.max(least, x.numel() == 0 ? 0 : largest("bincount", x) + 1);
    Tensor rows = WrapIndexOp.apply("bincount", x, bins, false);
    Tensor ones =
        weights != null
            ? weights
            : Tensor.scalar(1, DType.I64, x.device()).expand(x.shape().dims());
    Tensor zeros = Tensor.full(Shape.of(bins), 0, ones.dtype(), x.device());
    return indexAdd(zeros, 0, rows, ones, 1);
  }

  private static long largest(String user, Tensor index) {
    if (index.numel() == 0) {
      throw new ShapeException(
          user, "the number of classes of an empty tensor is unknown. Give it.");
    }
    return Arrays.stream(index.toLongArray()).max().getAsLong();
  }
}
