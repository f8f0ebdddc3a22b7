package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/** Converts Java arrays of arrays, such as {@code float[][]}, from and to tensors. */
final class NestedArrays {

  /** What one Java array holds on every JVM. */
  private static final long MOST_VALUES = Integer.MAX_VALUE - 8;

  private NestedArrays() {}

  static Tensor toTensor(Object array) {
    Class<?> leaf = array.getClass();
    List<Long> sizes = new ArrayList<>();
    for (Object level = array; leaf.isArray(); leaf = leaf.getComponentType()) {
      int size = level == null ? 0 : Array.getLength(level);
      sizes.add((long) size);
      level = size == 0 || !leaf.getComponentType().isArray() ? null : Array.get(level, 0);
    }
    long[] dims = sizes.stream().mapToLong(Long::longValue).toArray();
    long count = 1;
    for (long d : dims) {
      // Rows may be one array many times, so that the product can be any number.
      count = Math.min(count * d, MOST_VALUES + 1);
    }
    if (dims.length == 0 || count > MOST_VALUES) {
      throw refused(array, "must be an array, of at most " + MOST_VALUES + " values");
    }
    Object flat = Array.newInstance(leaf, (int) count);
    copy(array, array, flat, dims, 0, 0);
    return flat(array, flat, dims);
  }

  private static Tensor flat(Object array, Object flat, long[] dims) {
    if (flat instanceof float[] values) {
      return Tensor.of(values, dims);
    }
    if (flat instanceof double[] values) {
      return Tensor.of(values, dims);
    }
    if (flat instanceof long[] values) {
      return Tensor.of(values, dims);
    }
    if (flat instanceof int[] values) {
      return Tensor.of(values, dims);
    }
    if (flat instanceof byte[] values) {
      return Tensor.of(values, dims);
    }
    if (flat instanceof boolean[] values) {
      return Tensor.of(values, dims);
    }
    throw refused(array, "must hold float, double, long, int, byte or boolean");
  }

  private static int copy(Object root, Object array, Object flat, long[] dims, int axis, int done) {
    if (array == null || Array.getLength(array) != dims[axis]) {
      throw refused(
          root,
          "must have rows of one length; along axis "
              + axis
              + " there are "
              + dims[axis]
              + " and "
              + (array == null ? "none" : Array.getLength(array)));
    }
    int size = (int) dims[axis];
    if (axis == dims.length - 1) {
      System.arraycopy(array, 0, flat, done, size);
      return done + size;
    }
    int next = done;
    for (int i = 0; i < size; i++) {
      next = copy(root, Array.get(array, i), flat, dims, axis + 1, next);
    }
    return next;
  }

  static Object fromTensor(Tensor t) {
    Object flat =
        switch (t.dtype()) {
          case F32, BF16, F16 -> t.toFloatArray();
          case F64 -> t.toDoubleArray();
          case I64 -> t.toLongArray();
          case I32 -> t.toIntArray();
          case U8 -> t.toByteArray();
          case BOOL -> t.toBooleanArray();
        };
    return t.rank() == 0 ? flat : nested(flat, t.shape().dims(), 0, 0);
  }

  private static Object nested(Object flat, long[] dims, int axis, int start) {
    int[] sizes = new int[dims.length - axis];
    int step = 1;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.toIntExact(dims[axis + i]);
      step *= i == 0 ? 1 : sizes[i];
    }
    Object result = Array.newInstance(flat.getClass().getComponentType(), sizes);
    if (sizes.length == 1) {
      System.arraycopy(flat, start, result, 0, sizes[0]);
      return result;
    }
    for (int i = 0; i < sizes[0]; i++) {
      Array.set(result, i, nested(flat, dims, axis + 1, start + i * step));
    }
    return result;
  }

  private static ShapeException refused(Object array, String rule) {
    return new ShapeException(
        "tensor", array.getClass().getSimpleName() + " cannot become a tensor: it " + rule + ".");
  }
}
