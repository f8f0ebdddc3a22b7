package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The axes a reduction removes.
 *
 * @param axes non-negative axes in increasing order
 * @param keepDims whether reduced axes stay with size 1
 */
public record Axes(List<Integer> axes, boolean keepDims) {

  /**
   * Checks the order.
   *
   * @throws ShapeException if an axis is negative or not behind the one before it
   */
  public Axes {
    int before = -1;
    for (int axis : axes) {
      if (axis <= before) {
        throw new ShapeException(
            "axes", axes + " must be non-negative and in increasing order. Use Axes.of.");
      }
      before = axis;
    }
  }

  private void check(Shape input) {
    if (!axes.isEmpty()) {
      input.axis(axes.get(axes.size() - 1));
    }
  }

  /** All axes. */
  public static Axes all(Shape shape) {
    return new Axes(IntStream.range(0, shape.rank()).boxed().toList(), false);
  }

  /** The given axes, which may be negative. */
  public static Axes of(Shape shape, boolean keepDims, int... axes) {
    return new Axes(
        Arrays.stream(axes).map(shape::axis).distinct().sorted().boxed().toList(), keepDims);
  }

  /** The axes as an array. */
  public int[] toArray() {
    return axes.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Shape with every reduced axis of size 1. */
  public Shape kept(Shape input) {
    check(input);
    long[] d = input.dims();
    axes.forEach(a -> d[a] = 1);
    return Shape.of(d);
  }

  /** Shape of the result. */
  public Shape result(Shape input) {
    check(input);
    if (keepDims) {
      return kept(input);
    }
    return Shape.of(
        IntStream.range(0, input.rank())
            .filter(a -> !axes.contains(a))
            .mapToLong(input::dim)
            .toArray());
  }

  /** Number of elements that become one. */
  public long count(Shape input) {
    return axes.stream().mapToLong(input::dim).reduce(1, (a, b) -> a * b);
  }

  /** The order of axes that puts the reduced ones last. */
  public int[] lastOrder(int rank) {
    return IntStream.concat(
            IntStream.range(0, rank).filter(a -> !axes.contains(a)),
            axes.stream().mapToInt(Integer::intValue))
        .toArray();
  }

  /** A result with its reduced axes as axes of size 1, so that it broadcasts over the input. */
  Tensor keep(Tensor result, Shape input) {
    return keepDims ? result : result.reshape(kept(input).dims());
  }

  /** A result in the shape that is asked for, from one with axes of size 1. */
  Tensor drop(Tensor kept, Shape input) {
    return keepDims ? kept : kept.reshape(result(input).dims());
  }

  /** The same axes, which stay with size 1. */
  Axes keeping() {
    return new Axes(axes, true);
  }
}
