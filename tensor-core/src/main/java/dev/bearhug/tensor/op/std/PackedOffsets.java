package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;

/**
 * The running sums of lengths that tell sequences apart which lie one behind the other in one
 * tensor; for ops and kernels.
 */
public final class PackedOffsets {

  private PackedOffsets() {}

  /**
   * Reads and checks the offsets of the queries.
   *
   * @param q packed rows
   * @param offsets {@code I32} or {@code I64} {@code [sequences + 1]}
   */
  public static long[] ofQueries(Tensor q, Tensor offsets) {
    return read("offsets", offsets, "q", q.dim(0));
  }

  /**
   * Reads and checks the offsets of the keys.
   *
   * @param keyOffsets null if they are those of the queries
   */
  public static long[] ofKeys(Tensor k, Tensor offsets, Tensor keyOffsets) {
    return keyOffsets == null
        ? read("offsets", offsets, "k", k.dim(0))
        : read("keyOffsets", keyOffsets, "k", k.dim(0));
  }

  /** Differences between neighbours. */
  public static long[] lengths(long[] offsets) {
    long[] lengths = new long[offsets.length - 1];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = offsets[i + 1] - offsets[i];
    }
    return lengths;
  }

  private static long[] read(String name, Tensor offsets, String of, long rows) {
    long[] values = new long[Math.toIntExact(offsets.dim(0))];
    long step = offsets.layout().stride(0) * offsets.dtype().bytes();
    long before = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = offsets.dtype().readLong(offsets.address() + i * step);
      boolean fits = values[i] >= before && values[i] <= rows;
      boolean ends = i < values.length - 1 || values[i] == rows;
      if (!fits || !ends || i == 0 && values[i] != 0) {
        throw new IndexException(
            PackedAttentionOp.NAME,
            name
                + " must start with 0, not decrease and end with the "
                + rows
                + " rows of "
                + of
                + "; number "
                + i
                + " is "
                + values[i]
                + (i == 0 ? "" : " after " + before)
                + ". Build them as running sums of the lengths.");
      }
      before = values[i];
    }
    return values;
  }
}
