package dev.bearhug.transformers.model;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import java.util.Arrays;

/**
 * The tokens of a padded batch one behind the other, so that no layer computes padding: {@code
 * [tokens, ..]} instead of {@code [batch, seq, ..]}, with the offsets of the sequences.
 *
 * <p>Tensors belong to the scope in which they are made.
 */
final class PackedBatch {

  /** Input of heads; the loss of token labels is the one thing that may look at padding. */
  private static final String LABELS = "labels";

  private final long batch;
  private final long seq;

  /** Numbers of the rows with tokens in {@code [batch * seq]}; null if all have. */
  private final Tensor rows;

  private final Tensor offsets;
  private final Tensor columns;

  private PackedBatch(long batch, long seq, Tensor rows, Tensor offsets, Tensor columns) {
    this.batch = batch;
    this.seq = seq;
    this.rows = rows;
    this.offsets = offsets;
    this.columns = columns;
  }

  /**
   * Packs a batch, if that gives what the padded batch would give wherever it is looked at.
   *
   * <p>That is not so, and the result is null, if a mask differs from query to query, if the first
   * place of a sequence is padding (poolers read it), or if there are labels that count at padding.
   *
   * @param inputs of a {@link Backbone}: ids {@code [batch, seq]} and perhaps a mask and labels
   */
  static PackedBatch of(TensorMap inputs) {
    Tensor ids = inputs.get(Backbone.INPUT_IDS);
    Tensor mask = inputs.getOrNull(Backbone.ATTENTION_MASK);
    long batch = ids.dim(0);
    long seq = ids.dim(1);
    if (batch == 0 || seq == 0 || batch * seq > Integer.MAX_VALUE) {
      return null;
    }
    if (mask != null && !mask.shape().equals(ids.shape())) {
      return null;
    }
    long[] real = mask == null ? null : mask.to(DType.I64).toLongArray();
    long[] labels = labelsPerToken(inputs, ids.shape());
    long[] kept = new long[(int) (batch * seq)];
    long[] columns = new long[kept.length];
    int[] offsets = new int[(int) batch + 1];
    int n = 0;
    for (int i = 0; i < kept.length; i++) {
      boolean token = real == null || real[i] != 0;
      if (token) {
        kept[n] = i;
        columns[n++] = i % seq;
      } else if (i % seq == 0 || labels != null && labels[i] != -100) {
        return null;
      }
      offsets[(int) (i / seq) + 1] = n;
    }
    return new PackedBatch(
        batch,
        seq,
        n == kept.length ? null : Tensor.of(Arrays.copyOf(kept, n), n).to(ids.device()),
        Tensor.of(offsets, offsets.length).to(ids.device()),
        Tensor.of(Arrays.copyOf(columns, n), n).to(ids.device()));
  }

  private static long[] labelsPerToken(TensorMap inputs, Shape ids) {
    Tensor labels = inputs.getOrNull(LABELS);
    return labels != null && labels.shape().equals(ids) && !labels.dtype().isFloating()
        ? labels.to(DType.I64).toLongArray()
        : null;
  }

  /** Running sums of the lengths, {@code I32 [batch + 1]}. */
  Tensor offsets() {
    return offsets;
  }

  /** The place of each token in its padded sequence, {@code I64 [tokens]}. */
  Tensor columns() {
    return columns;
  }

  /**
   * The tokens of {@code [batch, seq, ..]}, or of {@code [1, seq, ..]}, as {@code [tokens, ..]}.
   */
  Tensor pack(Tensor padded) {
    Tensor all = padded;
    if (padded.dim(0) != batch) {
      long[] dims = padded.shape().dims();
      dims[0] = batch;
      all = padded.expand(dims);
    }
    long[] flat = Arrays.copyOfRange(all.shape().dims(), 1, all.rank());
    flat[0] = batch * seq;
    Tensor rowsOfAll = all.reshape(flat);
    return rows == null ? rowsOfAll : rowsOfAll.packRows(rows);
  }

  /** Tokens {@code [tokens, ..]} at their places in {@code [batch, seq, ..]}, zero at padding. */
  Tensor unpack(Tensor tokens) {
    Tensor flat = rows == null ? tokens : tokens.unpackRows(rows, batch * seq);
    long[] dims = new long[tokens.rank() + 1];
    System.arraycopy(tokens.shape().dims(), 0, dims, 1, tokens.rank());
    dims[0] = batch;
    dims[1] = seq;
    return flat.reshape(dims);
  }
}
