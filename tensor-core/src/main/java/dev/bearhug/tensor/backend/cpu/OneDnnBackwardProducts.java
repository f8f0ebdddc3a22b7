package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * The backward pass's products by oneDNN on operands where they lie; with BF16 operands weights and
 * gradients of scores are rounded to BF16.
 */
final class OneDnnBackwardProducts implements BackwardProducts {

  private static final int UNIT = BlockRows.UNIT;

  private final BlockLane lane;
  private final DType type;
  private final int width;
  private final int valueWidth;
  private final int sequence;
  private final int keyHead;
  private final Scratch scratch;
  private final BlockRows queries;
  private final BlockRows grads;
  private final BlockRows keys;
  private final BlockRows values;
  private final long keyGrads;
  private final long valueGrads;
  private final long scores;
  private final long scoreGrads;
  private final long rounded;

  /**
   * Takes a lane and scratch memory.
   *
   * @param count number of keys
   * @param tile most queries of a tile
   * @param block most keys of a block
   */
  OneDnnBackwardProducts(
      AttentionCall call,
      AttentionBackward.Inputs in,
      int sequence,
      int keyHead,
      int count,
      int tile,
      int block) {
    this.type = call.type;
    this.width = call.width;
    this.valueWidth = call.valueWidth;
    this.sequence = sequence;
    this.keyHead = keyHead;
    int m = Math.min(tile, Tiles.up(call.queries(sequence), UNIT));
    int n = Math.min(block, Tiles.up(count, UNIT));
    long size = (long) m * n;
    Tiles.Plan plan = new Tiles.Plan();
    long a = plan.addBytes(BlockRows.bytes(in.q(), m, width));
    long b = plan.addBytes(BlockRows.bytes(in.gy(), m, valueWidth));
    long c = plan.addBytes(BlockRows.bytes(in.k(), n, width));
    long d = plan.addBytes(BlockRows.bytes(in.v(), n, valueWidth));
    long e = plan.add((long) n * width);
    long f = plan.add((long) n * valueWidth);
    long g = plan.add(size);
    long h = plan.add(size);
    long i = plan.addBytes(BlockLane.roundedBytes(type, size));
    scratch = new Scratch(plan.bytes());
    queries = new BlockRows(in.q(), width, scratch.address() + a);
    grads = new BlockRows(in.gy(), valueWidth, scratch.address() + b);
    keys = new BlockRows(in.k(), width, scratch.address() + c);
    values = new BlockRows(in.v(), valueWidth, scratch.address() + d);
    keyGrads = scratch.address() + e;
    valueGrads = scratch.address() + f;
    scores = scratch.address() + g;
    scoreGrads = scratch.address() + h;
    rounded = scratch.address() + i;
    lane = call.lane();
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
  public int scoreRow(int count) {
    return Tiles.up(count, UNIT);
  }

  @Override
  public long keyGrad(int key) {
    return keyGrads + 4L * key * width;
  }

  @Override
  public long valueGrad(int key) {
    return valueGrads + 4L * key * valueWidth;
  }

  @Override
  public void keys(int key, int count) {
    keys.set(sequence, keyHead, key, count);
    values.set(sequence, keyHead, key, count);
    NativeMemory.fill(keyGrads, 4L * scoreRow(count) * width, (byte) 0);
    NativeMemory.fill(valueGrads, 4L * scoreRow(count) * valueWidth, (byte) 0);
  }

  @Override
  public void queries(int head, int from, int count) {
    queries.set(sequence, head, from, count);
    grads.set(sequence, head, from, count);
  }

  @Override
  public void scoreTiles(int rows, int count) {
    dot(rows, count, width, queries, keys, scores);
    dot(rows, count, valueWidth, grads, values, scoreGrads);
  }

  private void dot(int rows, int count, int depth, BlockRows a, BlockRows b, long c) {
    int m = Tiles.up(rows, UNIT);
    int n = scoreRow(count);
    lane.product(m, n, depth, a.rows(), a.address(), b.columns(), b.address(), c, n, false);
    Tiles.clearRows(c, rows, m, n);
  }

  @Override
  public void addGrads(int rows, int count, long queryGrads, int queryRow) {
    int m = Tiles.up(rows, UNIT);
    int n = scoreRow(count);
    long size = (long) m * n;
    gather(m, n, valueWidth, lane.rounded(scores, size, rounded), grads, valueGrads);
    long at = lane.rounded(scoreGrads, size, rounded);
    gather(m, n, width, at, queries, keyGrads);
    lane.product(
        m,
        width,
        n,
        new GemmOperand(type, 0, 0, n, 1),
        at,
        keys.rows(),
        keys.address(),
        queryGrads,
        queryRow,
        true);
  }

  /** Adds the transposed scores times rows to gradients of keys or values. */
  private void gather(int m, int n, int cols, long at, BlockRows b, long c) {
    GemmOperand transposed = new GemmOperand(type, 0, 0, 1, n);
    lane.product(n, cols, m, transposed, at, b.rows(), b.address(), c, cols, true);
  }

  @Override
  public void close() {
    lane.close();
    scratch.close();
  }
}
