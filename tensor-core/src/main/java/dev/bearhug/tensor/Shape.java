package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import java.util.Arrays;

/** Sizes of a tensor's axes, outermost first. A shape without axes is a scalar. Immutable. */
public final class Shape {

  private static final Shape SCALAR = new Shape(new long[0], 1);

  private final long[] dims;
  private final long numel;

  private Shape(long[] dims, long numel) {
    this.dims = dims;
    this.numel = numel;
  }

  /**
   * A shape of the given sizes.
   *
   * @throws ShapeException if a size is negative or the number of elements exceeds 2^63 - 1
   */
  public static Shape of(long... dims) {
    if (dims.length == 0) {
      return SCALAR;
    }
    long numel = 1;
    boolean zero = false;
    for (long d : dims) {
      if (d < 0) {
        throw new ShapeException(
            "shape", "sizes must not be negative: " + Arrays.toString(dims) + " has " + d + ".");
      }
      zero |= d == 0;
    }
    if (!zero) {
      for (long d : dims) {
        if (Math.multiplyHigh(numel, d) != 0 || numel * d < 0) {
          throw new ShapeException(
              "shape", "the number of elements of " + Arrays.toString(dims) + " exceeds 2^63 - 1.");
        }
        numel *= d;
      }
    }
    return new Shape(dims.clone(), zero ? 0 : numel);
  }

  /** The shape of a scalar: no axes, one element. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long numel() {
    return numel;
  }

  /** Size of an axis; negative axes count from the last one. */
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /** A non-negative axis number for {@code axis}, which may count from the end. */
  public int axis(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new ShapeException(
          "shape",
          "axis "
              + axis
              + " does not exist in "
              + this
              + " of rank "
              + dims.length
              + ".\n  Axes count from 0, or from -1 at the end.");
    }
    return a;
  }

  /** The sizes, as a copy. */
  public long[] dims() {
    return dims.clone();
  }

  /** This shape without its last {@code n} axes. */
  public Shape dropLast(int n) {
    return of(Arrays.copyOf(dims, dims.length - n));
  }

  /** This shape with the size of one axis replaced. */
  public Shape with(int axis, long size) {
    long[] d = dims.clone();
    d[axis(axis)] = size;
    return of(d);
  }

  /** This shape with an axis removed. */
  public Shape without(int axis) {
    int a = axis(axis);
    long[] d = new long[dims.length - 1];
    System.arraycopy(dims, 0, d, 0, a);
    System.arraycopy(dims, a + 1, d, a, d.length - a);
    return of(d);
  }

  /** This shape followed by further axes. */
  public Shape append(long... more) {
    long[] d = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, d, dims.length, more.length);
    return of(d);
  }

  /**
   * The common shape of {@code a} and {@code b} under NumPy's broadcasting rules: axes are aligned
   * at the end; sizes are equal or one of them is 1.
   *
   * @param op name of the op, for the error
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] d = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      long y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new ShapeException(
            op,
            "shapes "
                + a
                + " and "
                + b
                + " do not broadcast: axis -"
                + i
                + " is "
                + x
                + " and "
                + y
                + " (neither is 1)."
                + hint(a, b));
      }
      d[rank - i] = x == 1 ? y : x;
    }
    return of(d);
  }

  private static String hint(Shape a, Shape b) {
    Shape small = a.rank() > b.rank() ? b : a;
    Shape large = a.rank() > b.rank() ? a : b;
    if (small.rank() == 4 && large.rank() == 3 || large.rank() == 4 && small.rank() == 3) {
      Shape four = large.rank() == 4 ? large : small;
      if (four.dim(1) == 1) {
        return "\n  A padding mask of shape [batch, 1, 1, seq] belongs to the attention scores, not to"
            + " hidden states.";
      }
    }
    return "\n  Sizes are compared from the last axis backwards. Insert an axis of size 1 with"
        + " unsqueeze(axis), or check the axis order.";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
