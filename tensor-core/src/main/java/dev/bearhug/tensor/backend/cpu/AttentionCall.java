package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.PackedAttentionOp;
import dev.bearhug.tensor.op.std.PackedOffsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the forward and the backward pass of one attention have in common: sizes, options, which
 * keys a query sees, and where everything lies.
 */
final class AttentionCall implements AutoCloseable {

  /** Units of work that keep all threads busy. */
  private static final long MIN_UNITS = 16;

  private static final float MASKED = (float) AttentionOp.MASKED;

  final CpuResources cpu;
  final AttentionKernels kernels;
  final AttentionOp.Attrs attrs;
  final DType type;
  final int heads;
  final int keyHeads;
  final int width;
  final int valueWidth;

  /** The library for products of blocks, or null. */
  private final OneDnnGemm library;

  private final long[] queries;
  private final long[] keys;
  private final long[] offsets;
  private final List<Runnable> owned = new ArrayList<>();
  private AttentionMask mask;

  private AttentionCall(
      CpuResources cpu,
      AttentionOp.Attrs attrs,
      Tensor q,
      Tensor k,
      Tensor v,
      int headAxis,
      long[] queries,
      long[] keys,
      long[] offsets) {
    this.cpu = cpu;
    this.kernels = cpu.kernels().attention();
    this.attrs = attrs;
    this.type = q.dtype();
    this.heads = Math.toIntExact(q.dim(headAxis));
    this.keyHeads = Math.toIntExact(k.dim(headAxis));
    this.width = Math.toIntExact(q.dim(-1));
    this.valueWidth = Math.toIntExact(v.dim(-1));
    this.library = libraryFor(q, k, v);
    this.queries = queries;
    this.keys = keys;
    this.offsets = offsets;
  }

  private OneDnnGemm libraryFor(Tensor q, Tensor k, Tensor v) {
    OneDnnGemm gemm = OneDnnGemm.preferred(cpu.gemm());
    boolean fits =
        gemm != null
            && gemm.isFast(type)
            && k.dtype() == type
            && v.dtype() == type
            && Math.min(width, valueWidth) >= BlockLane.MIN_WIDTH;
    return fits ? gemm : null;
  }

  /** Whether a sequence's products are left to oneDNN. */
  boolean hasLane(int sequence) {
    return library != null && Math.min(queries[sequence], keys[sequence]) >= BlockLane.MIN_ROWS;
  }

  /** Takes a lane for products of blocks; only for sequences that have one. */
  BlockLane lane() {
    return new BlockLane(library, cpu.kernels().convert(), type);
  }

  /** A call on q, k, v {@code [b, h, s or t, width]}. */
  static AttentionCall ofBatch(
      CpuResources cpu, AttentionOp.Attrs attrs, Tensor q, Tensor k, Tensor v, Tensor mask) {
    long[] queries = new long[Math.toIntExact(q.dim(0))];
    long[] keys = new long[queries.length];
    Arrays.fill(queries, q.dim(2));
    Arrays.fill(keys, k.dim(2));
    AttentionCall c = new AttentionCall(cpu, attrs, q, k, v, 1, queries, keys, null);
    c.mask = AttentionMask.of(cpu, mask, k.dim(2));
    if (c.mask != null) {
      c.owned.add(c.mask::close);
    }
    return c;
  }

  /** A call on packed q, k, v {@code [rows, h, width]}. */
  static AttentionCall ofPacked(
      CpuResources cpu,
      AttentionOp.Attrs attrs,
      Tensor q,
      Tensor k,
      Tensor v,
      long[] offsets,
      long[] keyOffsets) {
    return new AttentionCall(
        cpu,
        attrs,
        q,
        k,
        v,
        1,
        PackedOffsets.lengths(offsets),
        PackedOffsets.lengths(keyOffsets),
        offsets);
  }

  /** A matrix of which rows are dense; a copy if they are not. */
  Operand dense(Tensor x) {
    int last = x.rank() - 1;
    Operand rows = Operand.of(cpu.pool(), x, x.dim(last) <= 1 || x.layout().stride(last) == 1);
    owned.add(rows::close);
    return rows;
  }

  /** Number of sequences. */
  int sequences() {
    return queries.length;
  }

  int queries(int sequence) {
    return Math.toIntExact(queries[sequence]);
  }

  int keys(int sequence) {
    return Math.toIntExact(keys[sequence]);
  }

  /** Query heads per key head. */
  int group() {
    return keyHeads == 0 ? 0 : heads / keyHeads;
  }

  /** Whether weights are dropped. */
  boolean drops() {
    return attrs.p() > 0;
  }

  /** First key that a query sees. */
  int firstKey(int sequence, int query) {
    if (attrs.window() == 0) {
      return 0;
    }
    long own = query + keys[sequence] - queries[sequence];
    return (int) Math.max(0, Math.min(keys[sequence], own - attrs.window() + 1));
  }

  /** The key after the last one that a query sees; not above the first if it sees none. */
  int endKey(int sequence, int query) {
    long own = query + keys[sequence] - queries[sequence];
    long end =
        attrs.causal()
            ? own + 1
            : attrs.window() > 0 ? own + Math.min(attrs.window(), keys[sequence]) : keys[sequence];
    return (int) Math.max(0, Math.min(keys[sequence], end));
  }

  /** Whether some query of a range sees some key of a range. */
  boolean sees(int sequence, int fromQuery, int toQuery, int fromKey, int toKey) {
    return firstKey(sequence, fromQuery) < toKey && endKey(sequence, toQuery - 1) > fromKey;
  }

  /** Address of the mask of a query from a key on; 0 without a mask. */
  long mask(int sequence, int head, int query, int key) {
    return mask == null ? 0 : mask.row(sequence, head, query) + 4L * key;
  }

  /**
   * Writes the factors of dropout of a query's weights.
   *
   * @param to room for {@code count + DropoutKernels.SLACK} floats
   * @return address of the first factor
   */
  long factors(int sequence, int head, int query, int key, int count, long to) {
    long number =
        offsets == null
            ? ((sequence * (long) heads + head) * queries[sequence] + query) * keys[sequence]
            : PackedAttentionOp.firstNumber(offsets[sequence] + query, heads, head);
    return cpu.kernels()
        .dropout()
        .factors(to, number + key, count, attrs.seed(), attrs.stream(), (float) attrs.p());
  }

  /** Whether a maximum is that of a row without a visible key. */
  static boolean isMasked(float max) {
    return max <= MASKED;
  }

  /**
   * Turns products of a row into scores, hidden ones into {@link AttentionOp#MASKED}: the slow way
   * for rows without a visible key.
   */
  void scores(int sequence, int head, int query, int key, int count, long x) {
    int first = firstKey(sequence, query);
    int end = endKey(sequence, query);
    long add = mask(sequence, head, query, key);
    for (int j = 0; j < count; j++) {
      float v = getFloat(x + 4L * j) * (float) attrs.scale();
      v = add == 0 ? v : v + getFloat(add + 4L * j);
      boolean hidden = key + j < first || key + j >= end || v < MASKED;
      putFloat(x + 4L * j, hidden ? MASKED : v);
    }
  }

  /** Splits {@code size} rows in parts of whole tiles if there are few other units of work. */
  int parts(int size, int tile, long units) {
    long wanted = units == 0 ? 1 : (MIN_UNITS + units - 1) / units;
    return (int) Math.max(1, Math.min(wanted, (size + tile - 1) / tile));
  }

  @Override
  public void close() {
    owned.forEach(Runnable::run);
  }
}
