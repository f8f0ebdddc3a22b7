package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.std.NonzeroOp;
import dev.bearhug.tensor.op.std.WrapIndexOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Advanced indexing in terms of numbered rows: the indexed axes go to the front and become one,
 * index tensors become numbers along it.
 */
final class Selection {

  private final Shape shape;

  /** Axes of the tensor, indexed ones first. */
  private final int[] order;

  private final int indexed;
  private final Shape indexShape;
  private final Tensor rows;

  private Selection(Shape shape, int[] order, int indexed, Shape indexShape, Tensor rows) {
    this.shape = shape;
    this.order = order;
    this.indexed = indexed;
    this.indexShape = indexShape;
    this.rows = rows;
  }

  /** Checks and combines the indices; see {@link Indexing#at}. */
  static Selection of(String user, Tensor x, Tensor... indices) {
    List<Tensor> perAxis = coordinates(user, x, indices);
    List<Integer> axes = new ArrayList<>();
    Shape common = Shape.scalar();
    for (int a = 0; a < perAxis.size(); a++) {
      if (perAxis.get(a) != null) {
        axes.add(a);
        common = Shape.broadcast(user, common, perAxis.get(a).shape());
      }
    }
    if (axes.isEmpty()) {
      throw new ShapeException(
          user, "no index was given for " + x.shape() + " (at least one must not be null).");
    }
    // Horner's rule: the number of a row in the joined axis.
    Tensor rows = null;
    for (int a : axes) {
      long size = x.dim(a);
      Tensor at = WrapIndexOp.apply(user, perAxis.get(a), size, true);
      rows = rows == null ? at : rows.mul(Tensor.scalar(size, DType.I64, x.device())).add(at);
    }
    Tensor flat = rows.expand(common.dims()).reshape(-1);
    int[] order =
        IntStream.concat(
                axes.stream().mapToInt(Integer::intValue),
                IntStream.range(0, x.rank()).filter(a -> !axes.contains(a)))
            .toArray();
    return new Selection(x.shape(), order, axes.size(), common, flat);
  }

  /** One index per axis, null for whole axes; masks become the coordinates where they hold. */
  private static List<Tensor> coordinates(String user, Tensor x, Tensor[] indices) {
    List<Tensor> perAxis = new ArrayList<>();
    for (Tensor index : indices) {
      if (index == null || index.dtype() != DType.BOOL) {
        perAxis.add(index);
        continue;
      }
      for (int a = 0; a < index.rank(); a++) {
        int axis = perAxis.size() + a;
        if (axis >= x.rank() || x.dim(axis) != index.dim(a)) {
          throw new ShapeException(
              user,
              "the mask "
                  + index.shape()
                  + " does not fit the axes of "
                  + x.shape()
                  + " from axis "
                  + perAxis.size()
                  + " on.");
        }
      }
      Tensor where = NonzeroOp.apply(index);
      for (int a = 0; a < index.rank(); a++) {
        perAxis.add(where.select(1, a));
      }
    }
    if (perAxis.size() > x.rank()) {
      throw new ShapeException(
          user,
          "there are indices for "
              + perAxis.size()
              + " axes but "
              + x.shape()
              + " has "
              + x.rank()
              + ".");
    }
    return perAxis;
  }

  /** Numbers of the rows of {@link #slices}, {@code I64[n]}. */
  Tensor rows() {
    return rows;
  }

  private boolean isIdentity() {
    return IntStream.range(0, order.length).allMatch(i -> order[i] == i);
  }

  /** The tensor with the indexed axes as one leading axis. */
  Tensor slices(Tensor x) {
    Tensor front = isIdentity() ? x : x.permute(order);
    long joined = front.shape().dropLast(shape.rank() - indexed).numel();
    return front.reshape(Shape.of(joined).append(rest()).dims());
  }

  /** Undoes {@link #slices}. */
  Tensor original(Tensor slices) {
    long[] sizes = new long[order.length];
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      sizes[i] = shape.dim(order[i]);
      inverse[order[i]] = i;
    }
    Tensor front = slices.reshape(sizes);
    return isIdentity() ? front : front.permute(inverse);
  }

  private long[] rest() {
    return Arrays.stream(order).skip(indexed).mapToLong(a -> shape.dim(a)).toArray();
  }

  /** Axis of the result where the axes of the index begin. */
  private int place() {
    boolean neighbours = IntStream.range(1, indexed).allMatch(i -> order[i] == order[i - 1] + 1);
    return neighbours ? order[0] : 0;
  }

  /** Shape of what the indices select. */
  Shape resultShape() {
    return Shape.of(
        LongStream.concat(
                LongStream.concat(
                    Arrays.stream(rest()).limit(place()), Arrays.stream(indexShape.dims())),
                Arrays.stream(rest()).skip(place()))
            .toArray());
  }

  /** Turns selected rows {@code [n, rest..]} into the result. */
  Tensor restore(Tensor selected) {
    Tensor split = selected.reshape(indexShape.append(rest()).dims());
    return place() == 0 ? split : split.permute(moved(indexShape.rank(), place()));
  }

  /** Undoes {@link #restore}. */
  Tensor flatten(Tensor result) {
    Tensor front = result;
    if (place() > 0) {
      int[] order2 = moved(indexShape.rank(), place());
      int[] inverse = new int[order2.length];
      for (int i = 0; i < order2.length; i++) {
        inverse[order2[i]] = i;
      }
      front = result.permute(inverse);
    }
    return front.reshape(Shape.of(indexShape.numel()).append(rest()).dims());
  }

  /** The order that moves the first {@code count} axes behind the {@code place} next ones. */
  private int[] moved(int count, int place) {
    int rank = count + order.length - indexed;
    int[] axes = new int[rank];
    for (int i = 0; i < rank; i++) {
      axes[i] = i < place ? count + i : i < place + count ? i - place : i;
    }
    return axes;
  }
}
