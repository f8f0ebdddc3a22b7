package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;
import java.util.Arrays;

/**
 * Matrix products by plain loops, for a JVM without the vector module and without oneDNN.
 *
 * <p>Blocks of B are copied to a heap array that fits the second-level cache and serves all rows of
 * a chunk; the innermost loop runs over contiguous columns, which the JIT compiler turns into
 * vector instructions by itself.
 */
final class LoopGemm implements Gemm {

  private static final int ROWS = 32;
  private static final int COLS = 256;
  private static final int DEPTH = 256;
  private static final int UNROLL = 4;

  private final WorkerPool pool;
  private final IdlePool<Scratch> scratches = new IdlePool<>(Scratch::new);

  LoopGemm(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public String description() {
    return "plain loops, " + pool.threads() + " threads";
  }

  @Override
  public boolean supports(GemmShape shape) {
    return true;
  }

  @Override
  public void matmul(GemmShape shape, long a, long b, long bias, long c) {
    if (shape.isEmpty()) {
      return;
    }
    if (shape.k() == 0) {
      EmptyProduct.write(shape, bias, c);
      return;
    }
    GemmShape s = shape.folded();
    long rowBlocks = ceilDiv(s.m(), ROWS);
    long colBlocks = ceilDiv(s.n(), COLS);
    pool.parallelFor(
        s.batch1() * s.batch2() * rowBlocks * colBlocks,
        1,
        (from, to) -> {
          Scratch scratch = scratches.borrow();
          try {
            for (long block = from; block < to; block++) {
              long rest = block / colBlocks;
              long batch = rest / rowBlocks;
              long b1 = batch / s.batch2();
              long b2 = batch % s.batch2();
              scratch.tile(
                  s,
                  rest % rowBlocks * ROWS,
                  block % colBlocks * COLS,
                  a + s.a().batchOffset(b1, b2),
                  b + s.b().batchOffset(b1, b2),
                  bias,
                  c + s.c().batchOffset(b1, b2));
            }
          } finally {
            scratches.giveBack(scratch);
          }
        });
  }

  private static long ceilDiv(long n, long d) {
    return (n + d - 1) / d;
  }

  /** The arrays for one tile of C. */
  private static final class Scratch {
    private final float[] sums = new float[ROWS * COLS];
    private final float[] depthRow = new float[DEPTH];
    private final float[] block = new float[DEPTH * COLS];

    void tile(GemmShape s, long row, long col, long a, long b, long bias, long c) {
      int rows = (int) Math.min(ROWS, s.m() - row);
      int cols = (int) Math.min(COLS, s.n() - col);
      Arrays.fill(sums, 0, rows * cols, 0f);
      for (long depth = 0; depth < s.k(); depth += DEPTH) {
        int deep = (int) Math.min(DEPTH, s.k() - depth);
        for (int t = 0; t < deep; t++) {
          read(s.b(), b, depth + t, col, s.b().colStride(), cols, block, t * cols);
        }
        for (int i = 0; i < rows; i++) {
          read(s.a(), a, row + i, depth, s.a().colStride(), deep, depthRow, 0);
          multiply(depthRow, deep, block, cols, sums, i * cols);
        }
      }
      for (int i = 0; i < rows; i++) {
        long at = c + ((row + i) * s.c().rowStride() + col) * s.c().type().bytes();
        write(s, i * cols, cols, s.bias() == null ? 0 : bias + col * s.bias().bytes(), at);
      }
    }

    private static void read(
        GemmOperand x, long base, long row, long col, long step, int count, float[] to, int at) {
      int bytes = x.type().bytes();
      long from = base + (row * x.rowStride() + col * step) * bytes;
      long stride = step * bytes;
      if (x.type() == DType.BF16) {
        for (int j = 0; j < count; j++) {
          to[at + j] = Float.intBitsToFloat(NativeMemory.getShort(from + j * stride) << 16);
        }
      } else {
        for (int j = 0; j < count; j++) {
          to[at + j] = NativeMemory.getFloat(from + j * stride);
        }
      }
    }

    private static void multiply(float[] x, int deep, float[] y, int cols, float[] sums, int at) {
      int t = 0;
      for (; t + UNROLL <= deep; t += UNROLL) {
        float x0 = x[t];
        float x1 = x[t + 1];
        float x2 = x[t + 2];
        float x3 = x[t + 3];
        int y0 = t * cols;
        int y1 = y0 + cols;
        int y2 = y1 + cols;
        int y3 = y2 + cols;
        for (int j = 0; j < cols; j++) {
          sums[at + j] += x0 * y[y0 + j] + x1 * y[y1 + j] + x2 * y[y2 + j] + x3 * y[y3 + j];
        }
      }
      for (; t < deep; t++) {
        float x0 = x[t];
        int y0 = t * cols;
        for (int j = 0; j < cols; j++) {
          sums[at + j] += x0 * y[y0 + j];
        }
      }
    }

    private void write(GemmShape s, int from, int cols, long bias, long c) {
      DType type = s.c().type();
      int bytes = type.bytes();
      for (int j = 0; j < cols; j++) {
        float value = s.alpha() * sums[from + j];
        if (s.bias() != null) {
          value += (float) s.bias().read(bias + (long) j * s.bias().bytes());
        }
        if (s.accumulate()) {
          value += (float) type.read(c + (long) j * bytes);
        }
        type.write(c + (long) j * bytes, value);
      }
    }
  }
}
