package dev.bearhug.tensor.io;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * One named tensor of a file: its stored type, its shape and its bytes.
 *
 * <p>The bytes are row-major and little-endian. {@code data} of a tensor that was read may start at
 * any address: files written without padding leave elements unaligned, so read them with the
 * unaligned value layouts or copy them first. Equality is by identity of shape and data; compare
 * fields instead.
 *
 * @param name name in the file; the format allows the empty one
 * @param dtypeName name of a {@link StoredType}, such as {@code "F32"}
 * @param shape sizes, empty for a scalar; copied on the way in and out
 * @param data exactly the bytes of the tensor
 */
public record TensorEntry(String name, String dtypeName, long[] shape, MemorySegment data) {
  /**
   * Checks that type, shape and data agree.
   *
   * @throws IllegalArgumentException if the type is unknown, a size is negative, or the number of
   *     bytes differs from what type and shape need
   */
  public TensorEntry {
    Objects.requireNonNull(name, "name");
    shape = shape.clone();
    StoredType type =
        StoredType.ofName(dtypeName)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "TensorEntry: unknown stored type "
                            + dtypeName
                            + ". Known: "
                            + Arrays.toString(StoredType.values())));
    long needed;
    try {
      needed = type.byteSize(shape);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "TensorEntry: \"" + name + "\" of " + describe(dtypeName, shape) + " is impossible", e);
    }
    if (needed != data.byteSize()) {
      throw new IllegalArgumentException(
          "TensorEntry: \""
              + name
              + "\" of "
              + describe(dtypeName, shape)
              + " needs "
              + needed
              + " bytes, its data has "
              + data.byteSize()
              + ".");
    }
  }

  /** Returns a copy of the sizes. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the stored type. */
  public StoredType type() {
    return StoredType.valueOf(dtypeName);
  }

  /** Returns the name, type and shape, such as {@code w F32[2, 3]}. */
  @Override
  public String toString() {
    return name + " " + describe(dtypeName, shape);
  }

  private static String describe(String dtypeName, long[] shape) {
    return dtypeName + Arrays.toString(shape);
  }
}
