package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.PackedAttentionOp;
import dev.bearhug.tensor.op.std.PackedOffsets;

/** Naive kernels of attention over packed sequences: one query and head at a time. */
final class GenericAttentionKernels {

  private GenericAttentionKernels() {}

  static void register(KernelTable table) {
    table.addStrided("attention_packed", GenericAttentionKernels::forward, GenericKernels.FLOATS);
    table.addStrided(
        "attention_packed_grad", GenericAttentionKernels::gradient, GenericKernels.FLOATS);
  }

  /** What is done for one query of one head. */
  @FunctionalInterface
  private interface QueryTask {

    /**
     * Handles a query.
     *
     * @param number row-major number of the query and head in {@code [rows, h]}
     * @param statistic its number in {@code [h, rows]}
     * @param firstKey row of the first key of the sequence
     * @param scores scores of all keys of the sequence, hidden ones masked
     * @param keep factors of dropout
     */
    void run(long number, long statistic, long firstKey, double[] scores, double[] keep);
  }

  /** Runs the task for all queries and heads in order. */
  private static void forEach(
      AttentionOp.Attrs a, Tensor q, Tensor k, Tensor offsets, Tensor keyOffsets, QueryTask task) {
    long[] rows = PackedOffsets.ofQueries(q, offsets);
    long[] keys = PackedOffsets.ofKeys(k, offsets, keyOffsets);
    Cursor queries = new Cursor(q);
    Cursor keyRows = new Cursor(k);
    long heads = q.dim(1);
    long width = q.dim(2);
    for (int n = 0; n + 1 < rows.length; n++) {
      int t = Math.toIntExact(keys[n + 1] - keys[n]);
      for (long i = rows[n]; i < rows[n + 1]; i++) {
        long own = i - rows[n] + t - (rows[n + 1] - rows[n]);
        for (long h = 0; h < heads; h++) {
          double[] scores = new double[t];
          for (int j = 0; j < t; j++) {
            long keyRow = (keys[n] + j) * k.dim(1) + h * k.dim(1) / heads;
            for (long c = 0; c < width; c++) {
              scores[j] +=
                  queries.get((i * heads + h) * width + c) * keyRows.get(keyRow * width + c);
            }
            scores[j] = hidden(a, own, j) ? AttentionOp.MASKED : scores[j] * a.scale();
          }
          long first = PackedAttentionOp.firstNumber(i, heads, h);
          task.run(i * heads + h, h * q.dim(0) + i, keys[n], scores, keep(a, first, t));
        }
      }
    }
  }

  private static boolean hidden(AttentionOp.Attrs a, long own, long key) {
    boolean far = a.window() > 0 && Math.abs(own - key) >= a.window();
    return far || a.causal() && key > own;
  }

  private static double[] keep(AttentionOp.Attrs a, long first, int count) {
    double[] keep = new double[count];
    int[] words = new int[Philox.WORDS_PER_BLOCK];
    for (int j = 0; j < count; j++) {
      Philox.block(a.seed(), a.stream(), (first + j) / words.length, words);
      boolean kept = Philox.uniform(words[(int) ((first + j) % words.length)]) >= (float) a.p();
      keep[j] = kept ? 1 / (1 - a.p()) : 0;
    }
    return keep;
  }

  private static void forward(KernelCall c) {
    Cursor v = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    Cursor max = new Cursor(c.out(1));
    Cursor sum = new Cursor(c.out(2));
    long heads = c.in(0).dim(1);
    long keyHeads = c.in(1).dim(1);
    long width = c.in(2).dim(2);
    forEach(
        c.attrs(),
        c.in(0),
        c.in(1),
        c.in(3),
        c.in(4),
        (number, statistic, firstKey, scores, keep) -> {
          double largest = Double.NEGATIVE_INFINITY;
          for (double s : scores) {
            largest = Math.max(largest, s);
          }
          double total = 0;
          for (double s : scores) {
            total += Math.exp(s - largest);
          }
          max.set(statistic, largest);
          sum.set(statistic, total);
          long keyHead = number % heads * keyHeads / heads;
          for (long x = 0; x < width; x++) {
            double value = 0;
            for (int j = 0; j < scores.length; j++) {
              double weight = Math.exp(scores[j] - largest) / total * keep[j];
              value += weight * v.get(((firstKey + j) * keyHeads + keyHead) * width + x);
            }
            y.set(number * width + x, value);
          }
        });
  }

  private static void gradient(KernelCall c) {
    Cursor max = new Cursor(c.in(5));
    Cursor sum = new Cursor(c.in(6));
    Sums gq = new Sums(c.out(0));
    Sums gk = new Sums(c.out(1));
    Sums gv = new Sums(c.out(2));
    AttentionOp.Attrs a = c.attrs();
    long heads = c.in(1).dim(1);
    long keyHeads = c.in(2).dim(1);
    Cursor gy = new Cursor(c.in(0));
    Cursor q = new Cursor(c.in(1));
    Cursor k = new Cursor(c.in(2));
    Cursor v = new Cursor(c.in(3));
    Cursor y = new Cursor(c.in(4));
    long width = c.in(1).dim(2);
    long valueWidth = c.in(3).dim(2);
    forEach(
        a,
        c.in(1),
        c.in(2),
        c.in(7),
        c.in(8),
        (number, statistic, firstKey, scores, keep) -> {
          long query = number * width;
          long result = number * valueWidth;
          double delta = 0;
          for (long x = 0; x < valueWidth; x++) {
            delta += gy.get(result + x) * y.get(result + x);
          }
          for (int j = 0; j < scores.length; j++) {
            long keyRow = (firstKey + j) * keyHeads + number % heads * keyHeads / heads;
            double p = Math.exp(scores[j] - max.get(statistic)) / sum.get(statistic);
            double gp = 0;
            for (long x = 0; x < valueWidth; x++) {
              gp += gy.get(result + x) * v.get(keyRow * valueWidth + x);
              gv.add(keyRow * valueWidth + x, p * keep[j] * gy.get(result + x));
            }
            double gs = a.scale() * p * (gp * keep[j] - delta);
            for (long x = 0; x < width; x++) {
              gq.add(query + x, gs * k.get(keyRow * width + x));
              gk.add(keyRow * width + x, gs * q.get(query + x));
            }
          }
        });
    gq.write();
    gk.write();
    gv.write();
  }

  /** Sums of an output in double precision. */
  private static final class Sums {
    private final Cursor to;
    private final double[] values;

    Sums(Tensor out) {
      to = new Cursor(out);
      values = new double[Math.toIntExact(out.numel())];
    }

    void add(long at, double value) {
      values[(int) at] += value;
    }

    void write() {
      for (int i = 0; i < values.length; i++) {
        to.set(i, values[i]);
      }
    }
  }
}
