package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradient of attention in blocks of keys (T. Dao, <a
 * href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>, 2023): the weights of a tile come
 * back from its products and each query's maximum and sum.
 *
 * <p>A unit of work is a range of keys of one key head. The gradient of queries is summed over a
 * unit's keys; if keys are split, so that few long sequences keep all threads busy, each part sums
 * apart and the parts are added in their order.
 */
final class AttentionBackward {

  /** Queries of a tile; a multiple of the rows of all kernels. */
  private static final int QUERIES = 64;

  /** Keys of a block. */
  private static final int KEYS = 128;

  /** Keys of a block of oneDNN, for the scores of a tile to fit into the second-level cache. */
  private static final int LANE_KEYS = 256;

  /** The same where queries do not see all keys: large blocks would be half hidden. */
  private static final int LANE_KEYS_OF_PART = 128;

  /** Floats between rows of factors; what is written beyond them the next row overwrites. */
  private static final int ROW_SLACK = 64;

  /** Operations of a piece of work that is worth a thread. */
  private static final double GRAIN_FLOPS = 1 << 19;

  private final AttentionCall call;
  private final AttentionKernels kernels;
  private final Inputs in;
  private final HeadRows gq;
  private final HeadRows gk;
  private final HeadRows gv;

  /** Part {@code part} of {@code parts} of the keys of a head. */
  private record Unit(int sequence, int head, int from, int to, int part, int parts) {}

  /**
   * Where everything lies.
   *
   * @param y result of the forward pass
   * @param max maximum of the scores of each query
   * @param sum sum of the exponentials of each query
   */
  record Inputs(
      HeadRows gy, HeadRows q, HeadRows k, HeadRows v, HeadRows y, HeadRows max, HeadRows sum) {}

  AttentionBackward(AttentionCall call, Inputs in, HeadRows gq, HeadRows gk, HeadRows gv) {
    this.call = call;
    this.kernels = call.kernels;
    this.in = in;
    this.gq = gq;
    this.gk = gk;
    this.gv = gv;
  }

  /** Fills the gradients. */
  void run() {
    List<Unit> units = new ArrayList<>();
    long heads = (long) call.sequences() * call.keyHeads;
    long[] partial = new long[call.sequences()];
    long partialFloats = 0;
    double flops = 0;
    for (int n = 0; n < call.sequences(); n++) {
      int keys = call.keys(n);
      int parts = call.parts(keys, keys(n), heads);
      int step = Math.max(1, Tiles.up((keys + parts - 1) / parts, keys(n)));
      parts = Math.max(1, (keys + step - 1) / step);
      partial[n] = partialFloats;
      partialFloats += parts == 1 ? 0 : (long) parts * call.heads * paddedQueries(n);
      flops += 6.0 * call.heads * call.queries(n) * keys * (call.width + call.valueWidth);
      for (int h = 0; h < call.keyHeads; h++) {
        for (int part = 0; part < parts; part++) {
          int from = part * step;
          units.add(new Unit(n, h, from, Math.min(keys, from + step), part, parts));
        }
      }
    }
    long grain = Math.max(1, (long) (GRAIN_FLOPS * units.size() / Math.max(1, flops)));
    try (Scratch parts = new Scratch(4 * partialFloats)) {
      call.cpu
          .pool()
          .parallelFor(
              units.size(),
              Math.min(grain, Math.max(1, units.size())),
              (from, to) -> {
                for (long i = from; i < to; i++) {
                  Unit u = units.get((int) i);
                  try (Work w = new Work(u, parts.address() + 4 * partial[u.sequence()])) {
                    w.run();
                  }
                }
              });
      if (partialFloats > 0) {
        addParts(units, parts.address(), partial);
      }
    }
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

  /** Floats of the gradient of the queries of one head in scratch memory. */
  private long paddedQueries(int sequence) {
    return (long) Tiles.up(call.queries(sequence), BlockRows.UNIT)
        * Tiles.up(call.width, kernels.cols());
  }

  private void addParts(List<Unit> units, long parts, long[] partial) {
    for (Unit u : units) {
      if (u.parts() > 1 && u.part() == 0) {
        int group = call.group();
        int rows = call.queries(u.sequence());
        long base = parts + 4 * partial[u.sequence()];
        call.cpu.rows(
            (long) group * rows,
            (long) u.parts() * call.width,
            (from, to) -> {
              for (long i = from; i < to; i++) {
                addRow(u, (int) (u.head() * group + i / rows), (int) (i % rows), base);
              }
            });
      }
    }
  }

  private void addRow(Unit u, int head, int row, long base) {
    int cols = Tiles.up(call.width, kernels.cols());
    long size = paddedQueries(u.sequence());
    long first = base + 4 * (head * size + (long) row * cols);
    for (int part = 1; part < u.parts(); part++) {
      long other = first + 4 * part * call.heads * size;
      for (long i = 0; i < call.width; i++) {
        putFloat(first + 4 * i, getFloat(first + 4 * i) + getFloat(other + 4 * i));
      }
    }
    kernels.unpack(gq.type(), first, 1, gq.at(u.sequence(), head, row), call.width);
  }

  /**
   * What happens to a tile. Each stage is a class of its own, called from one place, so that the
   * compiler compiles it apart; see {@link AttentionForward}.
   */
  private enum Stage {
    PACKING {
      @Override
      void run(Work w, int g, int from, int to, int key, int count, boolean all) {
        w.products.queries(w.head(g), from, to - from);
      }
    },
    PRODUCTS {
      @Override
      void run(Work w, int g, int from, int to, int key, int count, boolean all) {
        w.products.scoreTiles(to - from, count);
      }
    },
    DROPOUT {
      @Override
      void run(Work w, int g, int from, int to, int key, int count, boolean all) {
        if (w.drops()) {
          for (int i = from; i < to; i++) {
            w.draw(g, i, i - from, key, count, all);
          }
        }
      }
    },
    GRADIENTS {
      @Override
      void run(Work w, int g, int from, int to, int key, int count, boolean all) {
        for (int i = from; i < to; i++) {
          long dropped = w.drops() ? w.keep[i - from] : 0;
          w.row(g, i, key, count, w.row(i, from, count), dropped, all);
        }
      }
    },
    SUMS {
      @Override
      void run(Work w, int g, int from, int to, int key, int count, boolean all) {
        w.addGrads(g, from, to, count);
      }
    };

    private static final Stage[] ALL = values();

    abstract void run(Work w, int g, int from, int to, int key, int count, boolean all);
  }

  /** One unit with its scratch memory. */
  private final class Work implements AutoCloseable {
    private final Unit unit;
    private final int sequence;
    private final int rows;
    private final int tile;
    private final int block;
    private final int cols;
    private final BackwardProducts products;
    private final Scratch scratch;
    private final long factors;
    private final long deltas;
    private final long result;
    private final long grad;
    private final long queryGrads;

    /** Addresses of the factors of dropout of each query of a tile. */
    private final long[] keep;

    Work(Unit u, long parts) {
      unit = u;
      sequence = u.sequence();
      rows = call.queries(sequence);
      tile = queries(sequence);
      block = keys(sequence);
      cols = Tiles.up(call.width, kernels.cols());
      keep = new long[tile];
      long own = u.parts() == 1 ? call.group() * paddedQueries(sequence) : 0;
      int valueFloats = Tiles.up(call.valueWidth, kernels.cols()) * kernels.rows();
      Tiles.Plan plan = new Tiles.Plan();
      long a = plan.add(call.drops() ? tile * (block + ROW_SLACK) + DropoutKernels.SLACK : 0);
      long b = plan.add((long) call.group() * rows);
      long c = plan.add(valueFloats);
      long d = plan.add(valueFloats);
      long e = plan.add(own);
      scratch = new Scratch(plan.bytes());
      factors = scratch.address() + a;
      deltas = scratch.address() + b;
      result = scratch.address() + c;
      grad = scratch.address() + d;
      queryGrads =
          u.parts() == 1
              ? scratch.address() + e
              : parts
                  + 4
                      * ((long) u.part() * call.heads + (long) u.head() * call.group())
                      * paddedQueries(sequence);
      int keys = u.to() - u.from();
      products =
          call.hasLane(sequence)
              ? new OneDnnBackwardProducts(call, in, sequence, u.head(), keys, tile, block)
              : new PanelBackwardProducts(call, in, sequence, u.head(), keys, tile, block);
    }

    void run() {
      NativeMemory.fill(queryGrads, 4 * call.group() * paddedQueries(sequence), (byte) 0);
      for (int g = 0; g < call.group(); g++) {
        deltas(g);
      }
      for (int key = unit.from(); key < unit.to(); key += block) {
        keyBlock(key, Math.min(block, unit.to() - key));
      }
      if (unit.parts() == 1) {
        for (int i = 0; i < call.group() * rows; i++) {
          int head = head(i / rows);
          long at = queryGrads(i / rows) + 4L * (i % rows) * cols;
          kernels.unpack(gq.type(), at, 1, gq.at(sequence, head, i % rows), call.width);
        }
      }
    }

    private int head(int g) {
      return unit.head() * call.group() + g;
    }

    private long queryGrads(int g) {
      return queryGrads + 4 * g * paddedQueries(sequence);
    }

    /** Writes the product of each query's result and its gradient. */
    private void deltas(int g) {
      HeadRows gy = in.gy();
      HeadRows y = in.y();
      for (int i = 0; i < rows; i++) {
        long a = gy.at(sequence, head(g), i);
        long b = y.at(sequence, head(g), i);
        if (gy.type() != DType.F32) {
          kernels.pack(gy.type(), a, 0, 1, call.valueWidth, grad);
          kernels.pack(y.type(), b, 0, 1, call.valueWidth, result);
          a = grad;
          b = result;
        }
        putFloat(deltas + 4L * (g * rows + i), kernels.dot(a, b, call.valueWidth));
      }
    }

    private void keyBlock(int key, int count) {
      products.keys(key, count);
      for (int g = 0; g < call.group(); g++) {
        for (int row = 0; row < rows; row += tile) {
          int end = Math.min(rows, row + tile);
          boolean all = hasMaskedRow(head(g), row, end);
          if (all || call.sees(sequence, row, end, key, key + count)) {
            stages(g, row, end, key, count, all);
          }
        }
      }
      for (int i = 0; i < count; i++) {
        long to = gk.at(sequence, unit.head(), key + i);
        kernels.unpack(gk.type(), products.keyGrad(i), 1, to, call.width);
        to = gv.at(sequence, unit.head(), key + i);
        kernels.unpack(gv.type(), products.valueGrad(i), 1, to, call.valueWidth);
      }
    }

    private boolean hasMaskedRow(int head, int from, int to) {
      boolean masked = false;
      for (int i = from; i < to; i++) {
        masked |= AttentionCall.isMasked(getFloat(in.max().at(sequence, head, i)));
      }
      return masked;
    }

    private void stages(int g, int from, int to, int key, int count, boolean all) {
      for (Stage stage : Stage.ALL) {
        stage.run(this, g, from, to, key, count, all);
      }
    }

    private boolean drops() {
      return call.drops();
    }

    private void addGrads(int g, int from, int to, int count) {
      products.addGrads(to - from, count, queryGrads(g) + 4L * from * cols, cols);
    }

    /** Position, in bytes, of a row of scores. */
    private long row(int i, int from, int count) {
      return 4L * (i - from) * products.scoreRow(count);
    }

    /** Draws the factors of dropout of a query. */
    private void draw(int g, int query, int tileRow, int key, int count, boolean all) {
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      if (from < to) {
        long at = factors + 4L * tileRow * (block + ROW_SLACK);
        keep[tileRow] = call.factors(sequence, head(g), query, key + from, to - from, at);
      }
    }

    /** From products to dropped weights and gradients of scores, for one query. */
    private void row(int g, int query, int key, int count, long at, long dropped, boolean all) {
      int head = head(g);
      int from = all ? 0 : Tiles.within(call.firstKey(sequence, query) - key, count);
      int to = all ? count : Tiles.within(call.endKey(sequence, query) - key, count);
      long s = products.scores() + at;
      long d = products.scoreGrads() + at;
      Tiles.zeroOutside(s, from, to, products.scoreRow(count));
      Tiles.zeroOutside(d, from, to, products.scoreRow(count));
      if (from >= to) {
        return;
      }
      float scale = (float) call.attrs.scale();
      float factor = scale;
      long mask = call.mask(sequence, head, query, key + from);
      if (all) {
        call.scores(sequence, head, query, key, count, s);
        factor = 1;
        mask = 0;
      }
      kernels.gradRow(
          s + 4L * from,
          d + 4L * from,
          factor,
          mask,
          getFloat(in.max().at(sequence, head, query)),
          1 / getFloat(in.sum().at(sequence, head, query)),
          getFloat(deltas + 4L * (g * rows + query)),
          dropped,
          to - from);
      if (factor != scale) {
        kernels.scale(d + 4L * from, scale, to - from);
      }
    }

    @Override
    public void close() {
      products.close();
      scratch.close();
    }
  }
}
