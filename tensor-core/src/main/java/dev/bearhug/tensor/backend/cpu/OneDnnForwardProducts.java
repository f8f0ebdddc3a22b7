package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * The forward pass's products by oneDNN on operands where they lie; with BF16 operands the weights
 * are rounded to BF16.
 */
final class OneDnnForwardProducts implements ForwardProducts {

  private static final int UNIT = BlockRows.UNIT;

  private final BlockLane lane;
  private final DType type;
  private final int width;
  private final int valueWidth;
  private final int sequence;
  private final int head;
  private final int keyHead;
  private final int first;
  private final Scratch scratch;
  private final BlockRows queries;
  private final BlockRows keys;
  private final BlockRows values;
  private final long sums;
  private final long scores;
  private final long rounded;

  /**
   * Takes a lane and scratch memory.
   *
   * @param from first query
   * @param rows number of queries
   * @param tile most queries of a tile
   * @param block most keys of a block
   */
  OneDnnForwardProducts(
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
    this.type = call.type;
    this.width = call.width;
    this.valueWidth = call.valueWidth;
    this.sequence = sequence;
    this.head = head;
    this.keyHead = head / call.group();
    this.first = from;
    int m = Math.min(tile, Tiles.up(rows, UNIT));
    int n = Math.min(block, Tiles.up(call.keys(sequence), UNIT));
    Tiles.Plan plan = new Tiles.Plan();
    long a = plan.addBytes(BlockRows.bytes(q, m, width));
    long b = plan.addBytes(BlockRows.bytes(k, n, width));
    long c = plan.addBytes(BlockRows.bytes(v, n, valueWidth));
    long d = plan.add((long) Tiles.up(rows, UNIT) * valueWidth);
    long e = plan.add((long) m * n);
    long f = plan.addBytes(BlockLane.roundedBytes(type, (long) m * n));
    scratch = new Scratch(plan.bytes());
    queries = new BlockRows(q, width, scratch.address() + a);
    keys = new BlockRows(k, width, scratch.address() + b);
    values = new BlockRows(v, valueWidth, scratch.address() + c);
    sums = scratch.address() + d;
    scores = scratch.address() + e;
    rounded = scratch.address() + f;
    lane = call.lane();
  }

  @Override
  public long scores() {
    return scores;
  }

  @Override
  public int scoreRow(int count) {
    return Tiles.up(count, UNIT);
  }

  @Override
  public long sum(int query) {
    return sums + 4L * query * valueWidth;
  }

  @Override
  public void clearSums(int from, int to) {
    NativeMemory.fill(sum(from), 4L * (to - from) * valueWidth, (byte) 0);
  }

  @Override
  public void keys(int key, int count) {
    keys.set(sequence, keyHead, key, count);
    values.set(sequence, keyHead, key, count);
  }

  @Override
  public void scoreTile(int from, int to, int count) {
    int m = Tiles.up(to - from, UNIT);
    int n = scoreRow(count);
    queries.set(sequence, head, first + from, to - from);
    lane.product(
        m,
        n,
        width,
        queries.rows(),
        queries.address(),
        keys.columns(),
        keys.address(),
        scores,
        n,
        false);
    Tiles.clearRows(scores, to - from, m, n);
  }

  @Override
  public void addValues(int from, int to, int count) {
    int m = Tiles.up(to - from, UNIT);
    int n = scoreRow(count);
    lane.product(
        m,
        valueWidth,
        n,
        new GemmOperand(type, 0, 0, n, 1),
        lane.rounded(scores, (long) m * n, rounded),
        values.rows(),
        values.address(),
        sum(from),
        valueWidth,
        true);
  }

  @Override
  public void close() {
    lane.close();
    scratch.close();
  }
}
