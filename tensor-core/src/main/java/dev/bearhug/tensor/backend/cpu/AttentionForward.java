package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.memory.NativeMemory;
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
      int parts = call.parts(rows, QUERIES, heads);
      int step = Math.max(1, Tiles.up((rows + parts - 1) / parts, QUERIES));
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

  /**
   * What happens to a tile. Each stage is a class of its own, called from one place: the compiler
   * then compiles it apart. As one large method it would run out of room and leave the vectors of
   * the last stages on the heap.
   */
  private enum Stage {
    PRODUCTS {
      @Override
      void run(Work w, int from, int to, int key, int count, boolean all) {
        w.products(from, to, count);
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
        w.sums(from, to, count);
      }
    };

    private static final Stage[] ALL = values();

    abstract void run(Work w, int from, int to, int key, int count, boolean all);
  }

  /** One unit with its scratch memory. */
  private final class Work implements AutoCloseable {
    private final int sequence;
    private final int head;
    private final int keyHead;
    private final int first;
    private final int rows;
    private final int keys;
    private final int block;
    private final int valueCols;
    private final Scratch scratch;
    private final long queryRows;
    private final long sums;
    private final long keyPanels;
    private final long valuePanels;
    private final long scores;
    private final long factors;

    Work(Unit u) {
      sequence = u.sequence();
      head = u.head();
      keyHead = head / call.group();
      first = u.from();
      rows = u.to() - first;
      keys = call.keys(sequence);
      block = Math.min(KEYS, Tiles.up(keys, kernels.cols()));
      valueCols = Tiles.up(call.valueWidth, kernels.cols());
      int padded = Tiles.up(rows, kernels.rows());
      Tiles.Plan plan = new Tiles.Plan();
      long a = plan.add((long) padded * call.width);
      long b = plan.add((long) padded * valueCols);
      long c = plan.add((long) block * call.width);
      long d = plan.add((long) block * valueCols);
      long e = plan.add((long) Math.min(padded, QUERIES) * block);
      long f = plan.add(block + DropoutKernels.SLACK);
      scratch = new Scratch(plan.bytes());
      queryRows = scratch.address() + a;
      sums = scratch.address() + b;
      keyPanels = scratch.address() + c;
      valuePanels = scratch.address() + d;
      scores = scratch.address() + e;
      factors = scratch.address() + f;
    }

    void run() {
      kernels.pack(q.type(), q.at(sequence, head, first), q.rowStep(), rows, call.width, queryRows);
      reset(0, rows);
      for (int key = 0; key < keys; key += KEYS) {
        boolean packed = false;
        for (int row = 0; row < rows; row += QUERIES) {
          int end = Math.min(rows, row + QUERIES);
          int count = Math.min(KEYS, keys - key);
          if (call.sees(sequence, first + row, first + end, key, key + count)) {
            if (!packed) {
              packKeys(key, count);
              packed = true;
            }
            tile(row, end, key, count, false);
          }
        }
      }
      for (int row = 0; row < rows; row += QUERIES) {
        int end = Math.min(rows, row + QUERIES);
        if (keys > 0 && hasMaskedRow(row, end)) {
          repeat(row, end);
        }
        for (int i = row; i < end; i++) {
          finish(i);
        }
      }
    }

    private void reset(int from, int to) {
      int padded = to == rows ? Tiles.up(rows, kernels.rows()) : to;
      long bytes = 4L * (padded - from) * valueCols;
      NativeMemory.fill(sums + 4L * from * valueCols, bytes, (byte) 0);
      for (int i = from; i < to; i++) {
        putFloat(max.at(sequence, head, first + i), Float.NEGATIVE_INFINITY);
        putFloat(sum.at(sequence, head, first + i), 0);
      }
    }

    private void packKeys(int key, int count) {
      kernels.transposed(
          k.type(), k.at(sequence, keyHead, key), k.rowStep(), count, call.width, keyPanels);
      kernels.panels(
          v.type(),
          v.at(sequence, keyHead, key),
          v.rowStep(),
          count,
          call.valueWidth,
          valuePanels,
          block);
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
      for (int key = 0; key < keys; key += KEYS) {
        int count = Math.min(KEYS, keys - key);
        packKeys(key, count);
        tile(from, to, key, count, true);
      }
    }

    private void tile(int from, int to, int key, int count, boolean all) {
      for (Stage stage : Stage.ALL) {
        stage.run(this, from, to, key, count, all);
      }
    }

    private boolean drops() {
      return call.drops();
    }

    private void products(int from, int to, int count) {
      kernels.product(
          Tiles.up(to - from, kernels.rows()),
          Tiles.up(count, kernels.cols()),
          call.width,
          queryRows + 4L * from * call.width,
          call.width,
          1,
          keyPanels,
          (long) kernels.cols() * call.width,
          scores,
          Tiles.up(count, kernels.cols()),
          false);
    }

    private void sums(int from, int to, int count) {
      kernels.product(
          Tiles.up(to - from, kernels.rows()),
          valueCols,
          count,
          scores,
          Tiles.up(count, kernels.cols()),
          1,
          valuePanels,
          (long) kernels.cols() * block,
          sums + 4L * from * valueCols,
          valueCols,
          true);
    }

    /** Address of a row of scores. */
    private long scores(int i, int from, int count) {
      return scores + 4L * (i - from) * Tiles.up(count, kernels.cols());
    }

    /** Drops weights of a row. */
    private void drop(int i, int key, int count, long x, boolean all) {
      int query = first + i;
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      if (from < to) {
        long keep = call.factors(sequence, head, query, key + from, to - from, factors);
        kernels.multiply(x + 4L * from, keep, to - from);
      }
    }

    /** Turns products of a row into weights and carries on maximum and sum. */
    private void row(int i, int key, int count, long x, boolean all) {
      int query = first + i;
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      Tiles.zeroOutside(x, from, to, count);
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
          kernels.scale(sums + 4L * i * valueCols, shrink, valueCols);
        }
      }
      putFloat(maxAt, now);
    }

    private void finish(int i) {
      float total = getFloat(sum.at(sequence, head, first + i));
      kernels.unpack(
          y.type(),
          sums + 4L * i * valueCols,
          keys == 0 ? 0 : 1 / total,
          y.at(sequence, head, first + i),
          call.valueWidth);
    }

    @Override
    public void close() {
      scratch.close();
    }
  }
}
