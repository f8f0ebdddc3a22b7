package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;

/** The backward pass's products by {@link AttentionKernels}, with F32 copies of the operands. */
final class PanelBackwardProducts implements BackwardProducts {

  private final AttentionKernels kernels;
  private final AttentionBackward.Inputs in;
  private final int width;
  private final int valueWidth;
  private final int sequence;
  private final int keyHead;
  private final int tile;
  private final int block;
  private final int cols;
  private final int valueCols;
  private final Scratch scratch;

  /** Keys and values as rows and transposed, and their gradients, for one block. */
  private final long keyColumns;

  private final long keyPanels;
  private final long valueColumns;
  private final long keyGrads;
  private final long valueGrads;

  /** Queries and gradients of results as rows and as panels, for one tile. */
  private final long queryRows;

  private final long queryPanels;
  private final long gradRows;
  private final long gradPanels;

  private final long scores;
  private final long scoreGrads;

  /**
   * Takes scratch memory.
   *
   * @param keys number of keys
   * @param tile most queries of a tile
   * @param block most keys of a block
   */
  PanelBackwardProducts(
      AttentionCall call,
      AttentionBackward.Inputs in,
      int sequence,
      int keyHead,
      int keys,
      int tile,
      int block) {
    this.kernels = call.kernels;
    this.in = in;
    this.width = call.width;
    this.valueWidth = call.valueWidth;
    this.sequence = sequence;
    this.keyHead = keyHead;
    this.tile = Math.min(tile, Tiles.up(call.queries(sequence), kernels.rows()));
    this.block = Math.min(block, Tiles.up(keys, kernels.cols()));
    cols = Tiles.up(width, kernels.cols());
    valueCols = Tiles.up(valueWidth, kernels.cols());
    Tiles.Plan plan = new Tiles.Plan();
    long a = plan.add((long) this.block * width);
    long b = plan.add((long) this.block * cols);
    long c = plan.add((long) this.block * valueWidth);
    long d = plan.add((long) this.block * cols);
    long e = plan.add((long) this.block * valueCols);
    long f = plan.add((long) this.tile * width);
    long g = plan.add((long) this.tile * cols);
    long h = plan.add((long) this.tile * valueWidth);
    long i = plan.add((long) this.tile * valueCols);
    long j = plan.add((long) this.tile * this.block);
    long l = plan.add((long) this.tile * this.block);
    scratch = new Scratch(plan.bytes());
    keyColumns = scratch.address() + a;
    keyPanels = scratch.address() + b;
    valueColumns = scratch.address() + c;
    keyGrads = scratch.address() + d;
    valueGrads = scratch.address() + e;
    queryRows = scratch.address() + f;
    queryPanels = scratch.address() + g;
    gradRows = scratch.address() + h;
    gradPanels = scratch.address() + i;
    scores = scratch.address() + j;
    scoreGrads = scratch.address() + l;
  }

  @Override
  public long scores() {
    return scores;
  }

  @Override
  public long scoreGrads() {
    return scoreGrads;
  }

  @Override
  public int scoreRow(int keys) {
    return Tiles.up(keys, kernels.cols());
  }

  @Override
  public long keyGrad(int key) {
    return keyGrads + 4L * key * cols;
  }

  @Override
  public long valueGrad(int key) {
    return valueGrads + 4L * key * valueCols;
  }

  @Override
  public void keys(int key, int count) {
    HeadRows k = in.k();
    HeadRows v = in.v();
    long keyAt = k.at(sequence, keyHead, key);
    long valueAt = v.at(sequence, keyHead, key);
    kernels.transposed(k.type(), keyAt, k.rowStep(), count, width, keyColumns);
    kernels.panels(k.type(), keyAt, k.rowStep(), count, width, keyPanels, block);
    kernels.transposed(v.type(), valueAt, v.rowStep(), count, valueWidth, valueColumns);
    NativeMemory.fill(keyGrads, 4L * block * cols, (byte) 0);
    NativeMemory.fill(valueGrads, 4L * block * valueCols, (byte) 0);
  }

  @Override
  public void queries(int head, int from, int count) {
    HeadRows q = in.q();
    HeadRows gy = in.gy();
    long query = q.at(sequence, head, from);
    long grad = gy.at(sequence, head, from);
    kernels.pack(q.type(), query, q.rowStep(), count, width, queryRows);
    kernels.panels(q.type(), query, q.rowStep(), count, width, queryPanels, tile);
    kernels.pack(gy.type(), grad, gy.rowStep(), count, valueWidth, gradRows);
    kernels.panels(gy.type(), grad, gy.rowStep(), count, valueWidth, gradPanels, tile);
  }

  @Override
  public void scoreTiles(int queries, int keys) {
    dot(queries, keys, width, queryRows, keyColumns, scores);
    dot(queries, keys, valueWidth, gradRows, valueColumns, scoreGrads);
  }

  /** Products of rows with keys or values: a tile of scores. */
  private void dot(int queries, int keys, int depth, long a, long columns, long c) {
    int m = Tiles.up(queries, kernels.rows());
    int n = scoreRow(keys);
    kernels.product(m, n, depth, a, depth, 1, columns, (long) kernels.cols() * depth, c, n, false);
  }

  @Override
  public void addGrads(int queries, int keys, long queryGrads, int queryRow) {
    gather(keys, cols, queries, scoreGrads, queryPanels, keyGrads);
    gather(keys, valueCols, queries, scores, gradPanels, valueGrads);
    kernels.product(
        Tiles.up(queries, kernels.rows()),
        cols,
        keys,
        scoreGrads,
        scoreRow(keys),
        1,
        keyPanels,
        (long) kernels.cols() * block,
        queryGrads,
        queryRow,
        true);
  }

  /** Adds the transposed scores times rows to gradients of keys or values. */
  private void gather(int keys, int n, int depth, long a, long panels, long c) {
    int m = Tiles.up(keys, kernels.rows());
    long panel = (long) kernels.cols() * tile;
    kernels.product(m, n, depth, a, 1, scoreRow(keys), panels, panel, c, n, true);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
