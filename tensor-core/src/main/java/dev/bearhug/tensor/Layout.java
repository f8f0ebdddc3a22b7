package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import java.util.Arrays;

/**
 * How a tensor's axes map to its storage: element {@code (i0, i1, ...)} lies at element {@code
 * offset + i0*stride0 + i1*stride1 + ...}. The only place with stride arithmetic. Immutable.
 */
public final class Layout {

  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = rowMajor(shape, strides);
  }

  private Layout(Shape shape) {
    this.shape = shape;
    this.offset = 0;
    this.contiguous = true;
    long[] s = new long[shape.rank()];
    long step = 1;
    for (int i = s.length - 1; i >= 0; i--) {
      s[i] = step;
      step *= Math.max(1, shape.dim(i));
    }
    this.strides = s;
  }

  private static boolean rowMajor(Shape shape, long[] strides) {
    if (shape.numel() == 0) {
      return true;
    }
    long step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      long d = shape.dim(i);
      if (d != 1 && strides[i] != step) {
        return false;
      }
      step *= d;
    }
    return true;
  }

  /** Row-major layout from offset 0. */
  public static Layout contiguous(Shape shape) {
    return new Layout(shape);
  }

  /** A layout of explicit strides and offset, in elements. */
  public static Layout of(Shape shape, long[] strides, long offset) {
    if (strides.length != shape.rank()) {
      throw new ShapeException(
          "layout",
          strides.length + " strides were given for " + shape + ", one per axis is needed.");
    }
    return new Layout(shape, strides.clone(), offset);
  }

  /** The sizes. */
  public Shape shape() {
    return shape;
  }

  /** Distance between neighbours along an axis, in elements. */
  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /** All strides, as a copy, in elements. */
  public long[] strides() {
    return strides.clone();
  }

  /** Position of the first element in the storage, in elements. */
  public long offset() {
    return offset;
  }

  /** Whether the elements follow each other in row-major order without gaps. */
  public boolean isContiguous() {
    return contiguous;
  }

  /** Axes reordered: result axis {@code i} is this axis {@code order[i]}. */
  public Layout permute(int... order) {
    int rank = shape.rank();
    if (order.length != rank) {
      throw new ShapeException(
          "permute",
          "order "
              + Arrays.toString(order)
              + " must name each of the "
              + rank
              + " axes of "
              + shape
              + " once.");
    }
    long[] d = new long[rank];
    long[] s = new long[rank];
    boolean[] seen = new boolean[rank];
    for (int i = 0; i < rank; i++) {
      int a = shape.axis(order[i]);
      if (seen[a]) {
        throw new ShapeException(
            "permute", "order " + Arrays.toString(order) + " names axis " + a + " twice.");
      }
      seen[a] = true;
      d[i] = shape.dim(a);
      s[i] = strides[a];
    }
    return new Layout(Shape.of(d), s, offset);
  }

  /**
   * Elements {@code start, start+step, ...} below {@code end} of one axis.
   *
   * @throws ShapeException unless {@code 0 <= start <= end <= size} and {@code step >= 1}
   */
  public Layout slice(int axis, long start, long end, long step) {
    int a = shape.axis(axis);
    long size = shape.dim(a);
    if (start < 0 || end < start || end > size || step < 1) {
      throw new ShapeException(
          "slice",
          "range ["
              + start
              + ", "
              + end
              + ") step "
              + step
              + " does not fit axis "
              + axis
              + " of "
              + shape
              + " (size "
              + size
              + ").");
    }
    long[] s = strides.clone();
    s[a] *= step;
    return new Layout(
        shape.with(a, start == end ? 0 : (end - start - 1) / step + 1),
        s,
        offset + start * strides[a]);
  }

  /**
   * Windows of an axis: {@code size} neighbours every {@code step} elements. The axis then counts
   * the windows; a new last axis of {@code size} runs inside of them. Windows may overlap.
   *
   * @throws ShapeException unless {@code 0 <= size <= size of the axis} and {@code step >= 1}
   */
  public Layout unfold(int axis, long size, long step) {
    int a = shape.axis(axis);
    if (size < 0 || size > shape.dim(a) || step < 1) {
      throw new ShapeException(
          "unfold",
          "windows of "
              + size
              + " every "
              + step
              + " elements do not fit axis "
              + axis
              + " of "
              + shape
              + " (need 0 <= size <= "
              + shape.dim(a)
              + " and step >= 1).");
    }
    long[] s = Arrays.copyOf(strides, strides.length + 1);
    s[strides.length] = strides[a];
    s[a] *= step;
    return new Layout(shape.with(a, (shape.dim(a) - size) / step + 1).append(size), s, offset);
  }

  /**
   * The diagonal of two axes, which are replaced by one last axis: elements {@code (i, i +
   * diagonal)}, or {@code (i - diagonal, i)} for a negative number. Empty beyond the corners.
   */
  public Layout diagonal(long diagonal, int axis1, int axis2) {
    int a = shape.axis(axis1);
    int b = shape.axis(axis2);
    if (a == b) {
      throw new ShapeException(
          "diagonal", "axes " + axis1 + " and " + axis2 + " of " + shape + " are the same axis.");
    }
    // The smallest long has no opposite; any number beyond the sizes is as good.
    long row = Math.max(0, -Math.max(diagonal, -Long.MAX_VALUE));
    long column = Math.max(0, diagonal);
    long length = Math.max(0, Math.min(shape.dim(a) - row, shape.dim(b) - column));
    long[] d = new long[strides.length - 1];
    long[] s = new long[d.length];
    for (int i = 0, k = 0; i < strides.length; i++) {
      if (i != a && i != b) {
        d[k] = shape.dim(i);
        s[k++] = strides[i];
      }
    }
    d[d.length - 1] = length;
    s[d.length - 1] = strides[a] + strides[b];
    return new Layout(
        Shape.of(d), s, length == 0 ? offset : offset + row * strides[a] + column * strides[b]);
  }

  /**
   * The elements with some axes running backwards; such a layout is for copies, not for tensors.
   */
  public Layout flip(int... axes) {
    long[] s = strides.clone();
    long start = offset;
    for (int axis : axes) {
      int a = shape.axis(axis);
      start += Math.max(0, shape.dim(a) - 1) * s[a];
      s[a] = -s[a];
    }
    return new Layout(shape, s, start);
  }

  /**
   * The same elements seen as a larger shape; axes of size 1 and new leading axes repeat (stride
   * 0).
   */
  public Layout expand(Shape target) {
    int extra = target.rank() - shape.rank();
    if (extra < 0) {
      throw new ShapeException("expand", shape + " has more axes than " + target + ".");
    }
    long[] s = new long[target.rank()];
    for (int i = 0; i < shape.rank(); i++) {
      long have = shape.dim(i);
      long want = target.dim(i + extra);
      if (have != want && have != 1) {
        throw new ShapeException(
            "expand",
            shape
                + " does not expand to "
                + target
                + ": axis "
                + i
                + " is "
                + have
                + ", only axes of size 1 can grow.");
      }
      s[i + extra] = have == want ? strides[i] : 0;
    }
    return new Layout(target, s, offset);
  }

  /**
   * The same elements in row-major order under another shape, without a copy.
   *
   * @return null if these strides cannot express it
   */
  public Layout reshape(Shape target) {
    if (target.numel() != shape.numel()) {
      throw new ShapeException(
          "reshape",
          shape
              + " has "
              + shape.numel()
              + " elements, "
              + target
              + " has "
              + target.numel()
              + ".");
    }
    if (target.equals(shape)) {
      return this;
    }
    if (contiguous) {
      return new Layout(target, new Layout(target).strides, offset);
    }
    // Merge axes that are adjacent in memory, then split the merged axes into the target's.
    int rank = shape.rank();
    long[] sizes = new long[rank];
    long[] steps = new long[rank];
    int n = 0;
    for (int i = 0; i < rank; i++) {
      long d = shape.dim(i);
      if (d == 1) {
        continue;
      }
      if (n > 0 && steps[n - 1] == strides[i] * d) {
        sizes[n - 1] *= d;
        steps[n - 1] = strides[i];
      } else {
        sizes[n] = d;
        steps[n++] = strides[i];
      }
    }
    long[] s = new long[target.rank()];
    int block = n - 1;
    long left = block >= 0 ? sizes[block] : 1;
    long step = block >= 0 ? steps[block] : 1;
    for (int i = target.rank() - 1; i >= 0; i--) {
      long d = target.dim(i);
      if (d == 1) {
        s[i] = step;
        continue;
      }
      if (left == 1 && block > 0) {
        block--;
        left = sizes[block];
        step = steps[block];
      }
      if (left % d != 0) {
        return null;
      }
      s[i] = step;
      step *= d;
      left /= d;
    }
    return new Layout(target, s, offset);
  }

  /** Whether all elements lie in a storage of that many elements. */
  boolean fits(long elements) {
    if (shape.numel() == 0) {
      return true;
    }
    long low = offset;
    long high = offset;
    for (int i = 0; i < strides.length; i++) {
      long steps = shape.dim(i) - 1;
      long reach = steps * strides[i];
      if (Math.multiplyHigh(steps, strides[i]) != reach >> 63 || Math.abs(reach) > elements) {
        return false;
      }
      low += Math.min(0, reach);
      high += Math.max(0, reach);
      if (low < 0 || high >= elements) {
        return false;
      }
    }
    return low >= 0 && high < elements;
  }

  /** Storage position, in elements, of the element with row-major number {@code index}. */
  public long position(long index) {
    if (contiguous) {
      return offset + index;
    }
    long p = offset;
    long rest = index;
    for (int i = strides.length - 1; i >= 0; i--) {
      long d = shape.dim(i);
      p += rest % d * strides[i];
      rest /= d;
    }
    return p;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout l
        && shape.equals(l.shape)
        && offset == l.offset
        && Arrays.equals(strides, l.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }
}
