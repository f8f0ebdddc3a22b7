package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;

/** The forward pass's products by {@link AttentionKernels}, with F32 copies of the operands. */
final class PanelForwardProducts implements ForwardProducts {

  private final AttentionKernels kernels;
  private final HeadRows k;
  private final HeadRows v;
  private final int width;
  private final int valueWidth;
  private final int sequence;
  private final int keyHead;
  private final int rows;
  private final int block;
  private final int valueCols;
  private final Scratch scratch;
  private final long queryRows;
  private final long sums;
  private final long keyPanels;
  private final long valuePanels;
  private final long scores;

  /**
   * Packs queries.
   *
   * @param from first query
   * @param rows number of queries
   * @param tile most queries of a tile
   * @param block most keys of a block
   */
  PanelForwardProducts(
      AttentionCall call,
      HeadRows q,
      HeadRows k,
      HeadRows v,
      int sequence,
      int head,
      int from,
      int rows,
      int tile,
      int block) {
    this.kernels = call.kernels;
    this.k = k;
    this.v = v;
    this.width = call.width;
    this.valueWidth = call.valueWidth;
    this.sequence = sequence;
    this.keyHead = head / call.group();
    this.rows = rows;
    this.block = Math.min(block, Tiles.up(call.keys(sequence), kernels.cols()));
    valueCols = Tiles.up(valueWidth, kernels.cols());
    int padded = Tiles.up(rows, kernels.rows());
    Tiles.Plan plan = new Tiles.Plan();
    long a = plan.add((long) padded * width);
    long b = plan.add((long) padded * valueCols);
    long c = plan.add((long) this.block * width);
    long d = plan.add((long) this.block * valueCols);
    long e = plan.add((long) Math.min(padded, tile) * this.block);
    scratch = new Scratch(plan.bytes());
    queryRows = scratch.address() + a;
    sums = scratch.address() + b;
    keyPanels = scratch.address() + c;
    valuePanels = scratch.address() + d;
    scores = scratch.address() + e;
    kernels.pack(q.type(), q.at(sequence, head, from), q.rowStep(), rows, width, queryRows);
  }

  @Override
  public long scores() {
    return scores;
  }

  @Override
  public int scoreRow(int keys) {
    return Tiles.up(keys, kernels.cols());
  }

  @Override
  public long sum(int query) {
    return sums + 4L * query * valueCols;
  }

  @Override
  public void clearSums(int from, int to) {
    int padded = to == rows ? Tiles.up(rows, kernels.rows()) : to;
    NativeMemory.fill(sum(from), 4L * (padded - from) * valueCols, (byte) 0);
  }

  @Override
  public void keys(int key, int count) {
    long keyAt = k.at(sequence, keyHead, key);
    long valueAt = v.at(sequence, keyHead, key);
    kernels.transposed(k.type(), keyAt, k.rowStep(), count, width, keyPanels);
    kernels.panels(v.type(), valueAt, v.rowStep(), count, valueWidth, valuePanels, block);
  }

  @Override
  public void scoreTile(int from, int to, int count) {
    kernels.product(
        Tiles.up(to - from, kernels.rows()),
        scoreRow(count),
        width,
        queryRows + 4L * from * width,
        width,
        1,
        keyPanels,
        (long) kernels.cols() * width,
        scores,
        scoreRow(count),
        false);
  }

  @Override
  public void addValues(int from, int to, int count) {
    kernels.product(
        Tiles.up(to - from, kernels.rows()),
        valueCols,
        count,
        scores,
        scoreRow(count),
        1,
        valuePanels,
        (long) kernels.cols() * block,
        sum(from),
        valueCols,
        true);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
