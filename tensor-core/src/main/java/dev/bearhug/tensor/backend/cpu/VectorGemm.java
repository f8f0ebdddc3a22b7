package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.VectorMicroKernel.COLS;
import static dev.bearhug.tensor.backend.cpu.VectorMicroKernel.ROWS;

import dev.bearhug.tensor.DType;

/**
 * Matrix products by the Vector API, in the manner of K. Goto and R. van de Geijn, <a
 * href="https://doi.org/10.1145/1356052.1356053">Anatomy of High-Performance Matrix
 * Multiplication</a> (2008).
 *
 * <p>Panels of B are packed so that the micro-kernel reads them in order; A is read where it lies
 * when its rows are contiguous, else packed too. A large product shares its packed B among the
 * threads and splits C into blocks; a batch of small ones gives each chunk whole products. The
 * split depends on the shape alone. Needs the vector module.
 */
final class VectorGemm implements Gemm {

  /** Depth of a block: a panel of B then fits the first-level cache. */
  private static final int DEPTH = 256;

  /** Rows of A that a chunk holds in the second-level cache. */
  private static final int BLOCK_ROWS = 64;

  /** Columns of C that a chunk computes. */
  private static final int BLOCK_COLS = 512;

  /** Columns of B that are packed at a time: with DEPTH, 4 MiB. */
  private static final int PACKED_COLS = 4096;

  /** Panels that one packing chunk handles. */
  private static final int PACK_GRAIN = 4;

  /** Products with fewer operations are not split. */
  private static final double SPLIT_FLOPS = 1 << 22;

  private final WorkerPool pool;
  private final IdlePool<VectorScratch> scratches = new IdlePool<>(VectorScratch::new);
  private final IdlePool<NativeBuffer> sharedPanels = new IdlePool<>(NativeBuffer::new);

  VectorGemm(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String description() {
    return "Vector API, "
        + VectorMicroKernel.SPECIES.vectorBitSize()
        + " bits, "
        + pool.threads()
        + " threads";
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
    long batch = s.batch1() * s.batch2();
    double flopsEach = s.flops() / batch;
    if (flopsEach >= SPLIT_FLOPS) {
      for (long i = 0; i < batch; i++) {
        split(s, matrix(s.a(), s, i, a), matrix(s.b(), s, i, b), bias, matrix(s.c(), s, i, c));
      }
      return;
    }
    long grain = Math.max(1, (long) (SPLIT_FLOPS / 4 / flopsEach));
    pool.parallelFor(
        batch,
        grain,
        (from, to) -> {
          VectorScratch scratch = scratches.borrow();
          try {
            for (long i = from; i < to; i++) {
              whole(
                  s,
                  matrix(s.a(), s, i, a),
                  matrix(s.b(), s, i, b),
                  bias,
                  matrix(s.c(), s, i, c),
                  scratch);
            }
          } finally {
            scratches.giveBack(scratch);
          }
        });
  }

  private static long matrix(GemmOperand x, GemmShape s, long batch, long base) {
    return base + x.batchOffset(batch / s.batch2(), batch % s.batch2());
  }

  /** C in BF16 cannot hold partial sums, so its sums run over the whole depth at once. */
  private static int depthBlock(GemmShape s) {
    return s.c().type() == DType.BF16 ? Math.toIntExact(s.k()) : DEPTH;
  }

  private static void whole(GemmShape s, long a, long b, long bias, long c, VectorScratch scratch) {
    int depth = depthBlock(s);
    for (long col = 0; col < s.n(); col += BLOCK_COLS) {
      int cols = (int) Math.min(BLOCK_COLS, s.n() - col);
      for (long t = 0; t < s.k(); t += depth) {
        int deep = (int) Math.min(depth, s.k() - t);
        long panels = scratch.panelsOfB(deep, cols);
        VectorPacking.columns(s.b(), b, t, deep, col, cols, panels, 0, panelCount(cols));
        for (long row = 0; row < s.m(); row += BLOCK_ROWS) {
          int rows = (int) Math.min(BLOCK_ROWS, s.m() - row);
          scratch.block(s, a, row, rows, t, deep, panels, col, cols, bias, c);
        }
      }
    }
  }

  private void split(GemmShape s, long a, long b, long bias, long c) {
    NativeBuffer shared = sharedPanels.borrow();
    try {
      int depth = depthBlock(s);
      for (long col = 0; col < s.n(); col += PACKED_COLS) {
        int cols = (int) Math.min(PACKED_COLS, s.n() - col);
        for (long t = 0; t < s.k(); t += depth) {
          int deep = (int) Math.min(depth, s.k() - t);
          splitBlock(s, a, b, bias, c, col, cols, t, deep, shared);
        }
      }
    } finally {
      sharedPanels.giveBack(shared);
    }
  }

  private void splitBlock(
      GemmShape s,
      long a,
      long b,
      long bias,
      long c,
      long col,
      int cols,
      long t,
      int deep,
      NativeBuffer shared) {
    int count = panelCount(cols);
    long panels = shared.reserve((long) count * COLS * deep * Float.BYTES);
    pool.parallelFor(
        count,
        PACK_GRAIN,
        (from, to) ->
            VectorPacking.columns(s.b(), b, t, deep, col, cols, panels, (int) from, (int) to));
    int colBlocks = (cols + BLOCK_COLS - 1) / BLOCK_COLS;
    long rowBlocks = (s.m() + BLOCK_ROWS - 1) / BLOCK_ROWS;
    pool.parallelFor(
        rowBlocks * colBlocks,
        1,
        (from, to) -> {
          VectorScratch scratch = scratches.borrow();
          try {
            for (long i = from; i < to; i++) {
              long row = i / colBlocks * BLOCK_ROWS;
              int first = (int) (i % colBlocks) * BLOCK_COLS;
              scratch.block(
                  s,
                  a,
                  row,
                  (int) Math.min(BLOCK_ROWS, s.m() - row),
                  t,
                  deep,
                  panels + (long) first * deep * Float.BYTES,
                  col + first,
                  Math.min(BLOCK_COLS, cols - first),
                  bias,
                  c);
            }
          } finally {
            scratches.giveBack(scratch);
          }
        });
  }

  private static int panelCount(int cols) {
    return (cols + COLS - 1) / COLS;
  }

  /** Scratch memory of one thread, and the loop over the tiles of one block of C. */
  private static final class VectorScratch {
    private final NativeBuffer packedB = new NativeBuffer();
    private final NativeBuffer packedA = new NativeBuffer();
    private final NativeBuffer tile = new NativeBuffer();

    long panelsOfB(int deep, int cols) {
      return packedB.reserve((long) panelCount(cols) * COLS * deep * Float.BYTES);
    }

    void block(
        GemmShape s,
        long a,
        long row,
        int rows,
        long t,
        int deep,
        long panels,
        long col,
        int cols,
        long bias,
        long c) {
      GemmOperand x = s.a();
      boolean inPlace = x.type() == DType.F32 && x.colStride() == 1;
      int firstPacked = inPlace ? rows / ROWS * ROWS : 0;
      long packed = packedA.reserve((long) BLOCK_ROWS * deep * Float.BYTES);
      VectorPacking.rows(x, a, row + firstPacked, rows - firstPacked, t, deep, packed);
      boolean add = t > 0 || s.accumulate();
      boolean withBias = s.bias() != null && t == 0;
      boolean direct = s.c().type() == DType.F32 && (!withBias || s.bias() == DType.F32);
      long buffer = tile.reserve(ROWS * COLS * Float.BYTES);
      for (int j = 0; j < cols; j += COLS) {
        long panel = panels + (long) j * deep * Float.BYTES;
        for (int i = 0; i < rows; i += ROWS) {
          boolean here = i < firstPacked;
          long from =
              here
                  ? a + ((row + i) * x.rowStride() + t) * Float.BYTES
                  : packed + (long) (i - firstPacked) * deep * Float.BYTES;
          long stepRow = here ? x.rowStride() * Float.BYTES : Float.BYTES;
          long stepCol = here ? Float.BYTES : ROWS * Float.BYTES;
          long at = c + ((row + i) * s.c().rowStride() + col + j) * s.c().type().bytes();
          long biasAt = withBias ? bias + (col + j) * s.bias().bytes() : 0;
          VectorMicroKernel.run(deep, from, stepRow, stepCol, panel, buffer);
          int tileRows = Math.min(ROWS, rows - i);
          if (direct && cols - j >= COLS) {
            for (int r = 0; r < tileRows; r++) {
              VectorMicroKernel.finishRow(
                  buffer + (long) r * COLS * Float.BYTES,
                  s.alpha(),
                  biasAt,
                  add,
                  at + r * s.c().rowStride() * Float.BYTES);
            }
          } else {
            writeTile(s, buffer, tileRows, Math.min(COLS, cols - j), biasAt, add, at);
          }
        }
      }
    }

    private static void writeTile(
        GemmShape s, long from, int rows, int cols, long bias, boolean add, long c) {
      DType type = s.c().type();
      for (int i = 0; i < rows; i++) {
        long source = from + (long) i * COLS * Float.BYTES;
        long target = c + i * s.c().rowStride() * type.bytes();
        for (int j = 0; j < cols; j++) {
          float value = s.alpha() * (float) DType.F32.read(source + (long) j * Float.BYTES);
          if (bias != 0) {
            value += (float) s.bias().read(bias + (long) j * s.bias().bytes());
          }
          if (add) {
            value += (float) type.read(target + (long) j * type.bytes());
          }
          type.write(target + (long) j * type.bytes(), value);
        }
      }
    }
  }
}
