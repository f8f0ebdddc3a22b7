package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.op.std.AttentionOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention in blocks of keys with a running maximum and sum per query (Milakov and Gimelshein, <a
 * href="https://arxiv.org/abs/1805.02867">Online normalizer calculation for softmax</a>, 2018; T.
 * Dao, <a href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>, 2023): scores exist for one
 * tile at a time.
 *
 * <p>A unit of work is a range of queries of one head. Queries to whom every key is hidden are
 * found at the end by their maximum; their tile is then computed again with all keys.
 */
final class AttentionForward {

  /** Queries of a tile; a multiple of the rows of all kernels. */
  private static final int QUERIES = 64;

  /** Keys of a block. */
  private static final int KEYS = 256;

  /** Keys of a block of oneDNN: scores of a tile fit into half of a second-level cache. */
  private static final int LANE_KEYS = 512;

  /** The same where queries do not see all keys: large blocks would be half hidden. */
  private static final int LANE_KEYS_OF_PART = 128;

  /** Operations of a piece of work that is worth a thread. */
  private static final double GRAIN_FLOPS = 1 << 19;

  private final AttentionCall call;
  private final AttentionKernels kernels;
  private final HeadRows q;
  private final HeadRows k;
  private final HeadRows v;
  private final HeadRows y;
  private final HeadRows max;
  private final HeadRows sum;

  private record Unit(int sequence, int head, int from, int to) {}

  AttentionForward(
      AttentionCall call,
      HeadRows q,
      HeadRows k,
      HeadRows v,
      HeadRows y,
      HeadRows max,
      HeadRows sum) {
    this.call = call;
    this.kernels = call.kernels;
    this.q = q;
    this.k = k;
    this.v = v;
    this.y = y;
    this.max = max;
    this.sum = sum;
  }

  /** Fills the outputs. */
  void run() {
    List<Unit> units = new ArrayList<>();
    long heads = (long) call.sequences() * call.heads;
    double flops = 0;
    for (int n = 0; n < call.sequences(); n++) {
      int rows = call.queries(n);
      int parts = call.parts(rows, queries(n), heads);
      int step = Math.max(1, Tiles.up((rows + parts - 1) / parts, queries(n)));
      flops += 2.0 * call.heads * rows * call.keys(n) * (call.width + call.valueWidth);
      for (int h = 0; h < call.heads; h++) {
        for (int from = 0; from < rows; from += step) {
          units.add(new Unit(n, h, from, Math.min(rows, from + step)));
        }
      }
    }
    long grain = Math.max(1, (long) (GRAIN_FLOPS * units.size() / Math.max(1, flops)));
    call.cpu
        .pool()
        .parallelFor(
            units.size(),
            Math.min(grain, Math.max(1, units.size())),
            (from, to) -> {
              for (long i = from; i < to; i++) {
                Unit u = units.get((int) i);
                try (Work w = new Work(u)) {
                  w.run();
                }
              }
            });
  }

  /** Most queries of a tile. */
  private int queries(int sequence) {
    return call.hasLane(sequence) ? BlockLane.QUERIES : QUERIES;
  }

  /** Most keys of a block. */
  private int keys(int sequence) {
    if (!call.hasLane(sequence)) {
      return KEYS;
    }
    return call.attrs.causal() || call.attrs.window() > 0 ? LANE_KEYS_OF_PART : LANE_KEYS;
  }

  /**
   * What happens to a tile. Each stage is a class of its own, called from one place: the compiler
   * then compiles it apart. As one large method it would run out of room and leave the vectors of
   * the last stages on the heap.
   */
  private enum Stage {
    PRODUCTS {
      @Override
      void run(Work w, int from, int to, int key, int count, boolean all) {
        w.products.scoreTile(from, to, count);
      }
    },
    WEIGHTS {
      @Override
      void run(Work w, int from, int to, int key, int count, boolean all) {
        for (int i = from; i < to; i++) {
          w.row(i, key, count, w.scores(i, from, count), all);
        }
      }
    },
    DROPOUT {
      @Override
      void run(Work w, int from, int to, int key, int count, boolean all) {
        if (w.drops()) {
          for (int i = from; i < to; i++) {
            w.drop(i, key, count, w.scores(i, from, count), all);
          }
        }
      }
    },
    SUMS {
      @Override
      void run(Work w, int from, int to, int key, int count, boolean all) {
        w.products.addValues(from, to, count);
      }
    };

    private static final Stage[] ALL = values();

    abstract void run(Work w, int from, int to, int key, int count, boolean all);
  }

  /** One unit with its scratch memory. */
  private final class Work implements AutoCloseable {
    private final int sequence;
    private final int head;
    private final int first;
    private final int rows;
    private final int keys;
    private final int tile;
    private final int block;
    private final ForwardProducts products;
    private final Scratch factors;

    Work(Unit u) {
      sequence = u.sequence();
      head = u.head();
      first = u.from();
      rows = u.to() - first;
      keys = call.keys(sequence);
      tile = queries(sequence);
      block = keys(sequence);
      factors = new Scratch(4L * (block + DropoutKernels.SLACK));
      products =
          call.hasLane(sequence)
              ? new OneDnnForwardProducts(call, q, k, v, sequence, head, first, rows, tile, block)
              : new PanelForwardProducts(call, q, k, v, sequence, head, first, rows, tile, block);
    }

    void run() {
      reset(0, rows);
      for (int key = 0; key < keys; key += block) {
        boolean prepared = false;
        for (int row = 0; row < rows; row += tile) {
          int end = Math.min(rows, row + tile);
          int count = Math.min(block, keys - key);
          if (call.sees(sequence, first + row, first + end, key, key + count)) {
            if (!prepared) {
              products.keys(key, count);
              prepared = true;
            }
            stages(row, end, key, count, false);
          }
        }
      }
      for (int row = 0; row < rows; row += tile) {
        int end = Math.min(rows, row + tile);
        if (keys > 0 && hasMaskedRow(row, end)) {
          repeat(row, end);
        }
        for (int i = row; i < end; i++) {
          finish(i);
        }
      }
    }

    private void reset(int from, int to) {
      products.clearSums(from, to);
      for (int i = from; i < to; i++) {
        putFloat(max.at(sequence, head, first + i), Float.NEGATIVE_INFINITY);
        putFloat(sum.at(sequence, head, first + i), 0);
      }
    }

    private boolean hasMaskedRow(int from, int to) {
      boolean masked = false;
      for (int i = from; i < to; i++) {
        masked |= AttentionCall.isMasked(getFloat(max.at(sequence, head, first + i)));
      }
      return masked;
    }

    /** Computes a tile with all keys, hidden ones as masked scores. */
    private void repeat(int from, int to) {
      reset(from, to);
      for (int key = 0; key < keys; key += block) {
        int count = Math.min(block, keys - key);
        products.keys(key, count);
        stages(from, to, key, count, true);
      }
    }

    private void stages(int from, int to, int key, int count, boolean all) {
      for (Stage stage : Stage.ALL) {
        stage.run(this, from, to, key, count, all);
      }
    }

    private boolean drops() {
      return call.drops();
    }

    /** Address of a row of scores. */
    private long scores(int i, int from, int count) {
      return products.scores() + 4L * (i - from) * products.scoreRow(count);
    }

    /** Drops weights of a row. */
    private void drop(int i, int key, int count, long x, boolean all) {
      int query = first + i;
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      if (from < to) {
        long keep = call.factors(sequence, head, query, key + from, to - from, factors.address());
        kernels.multiply(x + 4L * from, keep, to - from);
      }
    }

    /** Turns products of a row into weights and carries on maximum and sum. */
    private void row(int i, int key, int count, long x, boolean all) {
      int query = first + i;
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      Tiles.zeroOutside(x, from, to, products.scoreRow(count));
      if (from >= to) {
        return;
      }
      float scale = (float) call.attrs.scale();
      long mask = call.mask(sequence, head, query, key + from);
      if (all) {
        call.scores(sequence, head, query, key, count, x);
        scale = 1;
        mask = 0;
      }
      long visible = x + 4L * from;
      long maxAt = max.at(sequence, head, query);
      long sumAt = sum.at(sequence, head, query);
      float before = getFloat(maxAt);
      float now =
          kernels.max(
              visible, scale, mask, to - from, Math.max(before, (float) AttentionOp.MASKED));
      float added = kernels.exp(visible, scale, mask, now, to - from);
      if (before == Float.NEGATIVE_INFINITY) {
        putFloat(sumAt, added);
      } else {
        float shrink = now > before ? (float) Math.exp((double) before - now) : 1;
        putFloat(sumAt, getFloat(sumAt) * shrink + added);
        if (shrink != 1) {
          kernels.scale(products.sum(i), shrink, call.valueWidth);
        }
      }
      putFloat(maxAt, now);
    }

    private void finish(int i) {
      float total = getFloat(sum.at(sequence, head, first + i));
      kernels.unpack(
          y.type(),
          products.sum(i),
          keys == 0 ? 0 : 1 / total,
          y.at(sequence, head, first + i),
          call.valueWidth);
    }

    @Override
    public void close() {
      products.close();
      factors.close();
    }
  }
}
