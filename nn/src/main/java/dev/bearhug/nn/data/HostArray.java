package dev.bearhug.nn.data;

import java.util.Arrays;
import java.util.Objects;

/**
 * A Java array with a shape, row-major: what becomes one input tensor.
 *
 * <p>The array is not copied; whoever hands it in must not change it afterwards.
 */
public final class HostArray {

  /** Element types of host arrays. */
  public enum Kind {
    /** {@code float[]}. */
    FLOAT,
    /** {@code int[]}. */
    INT,
    /** {@code long[]}. */
    LONG,
    /** {@code boolean[]}. */
    BOOLEAN
  }

  private final Kind kind;
  private final Object data;
  private final long[] shape;

  private HostArray(Kind kind, Object data, int length, long[] shape) {
    this.kind = kind;
    this.data = data;
    this.shape = shape.clone();
    requireFits(length, this.shape);
  }

  /** Returns an array of floats with the given shape, whose product must be the array's length. */
  public static HostArray of(float[] data, long... shape) {
    return new HostArray(Kind.FLOAT, Objects.requireNonNull(data, "data"), data.length, shape);
  }

  /** Returns an array of ints with the given shape, whose product must be the array's length. */
  public static HostArray of(int[] data, long... shape) {
    return new HostArray(Kind.INT, Objects.requireNonNull(data, "data"), data.length, shape);
  }

  /** Returns an array of longs with the given shape, whose product must be the array's length. */
  public static HostArray of(long[] data, long... shape) {
    return new HostArray(Kind.LONG, Objects.requireNonNull(data, "data"), data.length, shape);
  }

  /**
   * Returns an array of booleans with the given shape, whose product must be the array's length.
   */
  public static HostArray of(boolean[] data, long... shape) {
    return new HostArray(Kind.BOOLEAN, Objects.requireNonNull(data, "data"), data.length, shape);
  }

  /** Returns the element type. */
  public Kind kind() {
    return kind;
  }

  /** Returns a copy of the shape. */
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the elements, not copied; throws IllegalStateException unless the kind is FLOAT. */
  public float[] floats() {
    require(Kind.FLOAT);
    return (float[]) data;
  }

  /** Returns the elements, not copied; throws IllegalStateException unless the kind is INT. */
  public int[] ints() {
    require(Kind.INT);
    return (int[]) data;
  }

  /** Returns the elements, not copied; throws IllegalStateException unless the kind is LONG. */
  public long[] longs() {
    require(Kind.LONG);
    return (long[]) data;
  }

  /** Returns the elements, not copied; throws IllegalStateException unless the kind is BOOLEAN. */
  public boolean[] booleans() {
    require(Kind.BOOLEAN);
    return (boolean[]) data;
  }

  /** Returns kind and shape, for messages. */
  @Override
  public String toString() {
    return kind + Arrays.toString(shape);
  }

  private void require(Kind wanted) {
    if (kind != wanted) {
      throw new IllegalStateException(
          "host array: holds "
              + this
              + ", not "
              + wanted
              + ". Read it by the accessor of its kind.");
    }
  }

  private static void requireFits(int length, long[] shape) {
    long product = 1;
    for (long size : shape) {
      // An array has fewer than 2^31 elements, so a product of two checked factors cannot overflow.
      if (size < 0 || size > Integer.MAX_VALUE || product > Integer.MAX_VALUE) {
        throw misfit(length, shape);
      }
      product *= size;
    }
    if (product != length) {
      throw misfit(length, shape);
    }
  }

  private static IllegalArgumentException misfit(int length, long[] shape) {
    return new IllegalArgumentException(
        "host array: the sizes of the shape must multiply to the array's length (shape "
            + Arrays.toString(shape)
            + ", length "
            + length
            + ").");
  }
}
