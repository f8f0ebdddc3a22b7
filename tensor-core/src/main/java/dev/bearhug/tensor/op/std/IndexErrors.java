package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.error.IndexException;

/** Texts of the errors about indices outside their range; for ops and kernels. */
public final class IndexErrors {

  private IndexErrors() {}

  /**
   * An index of {@link GatherOp} or {@link ScatterAddOp} outside its axis.
   *
   * @param op name of the op
   * @param index the offending index
   * @param shape shape of the index tensor
   * @param at row-major number of the element in the index tensor
   * @param size size of the indexed axis
   */
  public static IndexException index(String op, long index, Shape shape, long at, long size) {
    return new IndexException(
        op,
        "index "
            + index
            + " at position "
            + coordinates(shape, at)
            + " is outside [0, "
            + size
            + ").");
  }

  /**
   * Checks one of a list of row numbers.
   *
   * @param op name of the op
   * @param row the row number
   * @param before the row number before it in the list, -1 for none
   * @param position place in the list
   * @param count number of rows
   * @throws IndexException unless {@code before < row < count}
   */
  public static void checkAscending(String op, long row, long before, long position, long count) {
    if (row < 0 || row >= count) {
      throw new IndexException(
          op, "row " + row + " at position " + position + " is outside [0, " + count + ").");
    }
    if (row <= before) {
      throw new IndexException(
          op,
          "row "
              + row
              + " at position "
              + position
              + " does not lie behind row "
              + before
              + "; rows must be strictly ascending.");
    }
  }

  /**
   * An index outside an axis whose indices may also count from its end.
   *
   * @param op name of the op
   * @param index the offending index
   * @param shape shape of the index tensor
   * @param at row-major number of the element in the index tensor
   * @param size size of the indexed axis
   */
  public static IndexException wrapped(String op, long index, Shape shape, long at, long size) {
    return new IndexException(
        op,
        "index "
            + index
            + " at position "
            + coordinates(shape, at)
            + " is outside [-"
            + size
            + ", "
            + size
            + ").");
  }

  /**
   * An id outside an embedding table.
   *
   * @param op name of the op
   * @param id the offending id
   * @param ids shape of the ids
   * @param at row-major number of the id
   * @param vocabulary rows of the table
   */
  public static IndexException id(String op, long id, Shape ids, long at, long vocabulary) {
    return new IndexException(
        op,
        "id "
            + id
            + " at position "
            + coordinates(ids, at)
            + " is outside [0, "
            + vocabulary
            + ")."
            + (id < 0
                ? "\n  Labels with an ignore index are no input ids; pad inputs with the pad token."
                : "\n  Is the tokenizer larger than the embedding? Call resizeTokenEmbeddings("
                    + id
                    + " + 1)."));
  }

  /**
   * A target of a loss that is neither a class nor ignored.
   *
   * @param op name of the op
   * @param target the offending target
   * @param targets shape of the targets
   * @param at row-major number of the target
   * @param classes number of classes
   * @param ignoreIndex the target that would be ignored
   */
  public static IndexException target(
      String op, long target, Shape targets, long at, long classes, long ignoreIndex) {
    return new IndexException(
        op,
        "target "
            + target
            + " at position "
            + coordinates(targets, at)
            + " is outside [0, "
            + classes
            + ").\n  Padding labels must be "
            + ignoreIndex
            + " (ignoreIndex)."
            + (target < 0
                ? ""
                : " Is the tokenizer larger than the embedding? Call resizeTokenEmbeddings("
                    + target
                    + " + 1)."));
  }

  /** Coordinates of the element with row-major number {@code at}, such as {@code (2, 17)}. */
  public static String coordinates(Shape shape, long at) {
    String text = "";
    long rest = at;
    for (int a = shape.rank() - 1; a >= 0; a--) {
      text = rest % shape.dim(a) + (text.isEmpty() ? "" : ", ") + text;
      rest /= shape.dim(a);
    }
    return "(" + text + ")";
  }
}
