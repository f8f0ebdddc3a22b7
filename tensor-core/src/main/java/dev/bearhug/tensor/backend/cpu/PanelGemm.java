package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.Storage;

/**
 * Large products by oneDNN with B in panels and the threads of the worker pool: B is packed once
 * for all threads, then each chunk is a block of C that one thread computes on its own.
 *
 * <p>This is faster than the library's own threads on operands as they lie, where each thread packs
 * for itself, and the blocks depend on the sizes alone, so results do not depend on the number of
 * threads. An A by columns is copied into rows block by block, in the cache of the thread that
 * multiplies it.
 */
final class PanelGemm {

  /** Smaller products run on one thread anyway. */
  private static final double MIN_FLOPS = 1 << 24;

  /** With fewer rows, reading a weight's kept panels is no faster. */
  private static final long MIN_ROWS_OF_WEIGHT = 64;

  /** Packing B in every call pays if so many rows use it, in BF16 ... */
  private static final long MIN_ROWS = 256;

  /** ... and in F32, where the library needs no copy of a B by rows, or packs as fast itself. */
  private static final long MIN_ROWS_F32 = 2048;

  /** Elements of a B by rows that the library no longer reads well where it lies. */
  private static final long LARGE = 3 << 19;

  /** Copying an A by columns pays if so many columns of B use it. */
  private static final long MIN_COLS = 512;

  private static final long MIN_DEPTH = 32;

  /** Rows of a block; more where a block would have fewer operations than the next constant. */
  private static final long BLOCK_ROWS = 256;

  /** Operations of a block: against these the call of the library is nothing. */
  private static final long BLOCK_FLOPS = 1L << 26;

  /** Columns of a block, for an A that is read where it lies. */
  private static final long BLOCK_COLS = 512;

  /** Columns of a block, for an A that every block copies. */
  private static final long WIDE_COLS = 4096;

  /** Bytes of a block of A that is copied: half of a second-level cache. */
  private static final long COPIED_BYTES = 512L << 10;

  /** Bytes of B that are packed at a time. */
  private static final long PACKED_BYTES = 32L << 20;

  /** Bytes that one packing chunk handles. */
  private static final long PACK_GRAIN = 128L << 10;

  /** Values between the rows of a copied A, so that they do not all fall into one cache set. */
  private static final long GAP = 16;

  private final WorkerPool pool;
  private final IdlePool<OneDnnLane> lanes;
  private final PanelPacking packing;
  private final boolean singles;
  private final boolean halves;

  /** Asks the library which types it multiplies well in this order. */
  PanelGemm(OneDnnLibrary library, WorkerPool pool, IdlePool<OneDnnLane> lanes) {
    this.pool = pool;
    this.lanes = lanes;
    this.packing = VectorSupport.isVector() ? VectorFactory.create() : new ScalarPanelPacking();
    this.singles = isFast(library, DType.F32);
    this.halves = isFast(library, DType.BF16);
  }

  /** Processors without wide registers have other orders; a plain loop would then be taken. */
  private static boolean isFast(OneDnnLibrary library, DType type) {
    library.setThreads(1);
    GemmShape probe = GemmShape.of(128, 128, 128).withTypes(type, type, DType.F32);
    try (OneDnnProduct product = new OneDnnProduct(library.engine(), probe, true, 1)) {
      return product.implementation().startsWith("brg_matmul");
    } catch (OneDnnException e) {
      return false;
    }
  }

  /** Whether the library multiplies this type well on this processor. */
  boolean isFast(DType type) {
    return type == DType.F32 ? singles : type == DType.BF16 && halves;
  }

  /**
   * Whether this single product is to be run here.
   *
   * @param weight whether a packed copy of B may be kept
   */
  boolean takes(GemmShape s, boolean weight) {
    return isFast(s.b().type())
        && s.flops() >= MIN_FLOPS
        && s.n() >= PanelPacking.WIDTH
        && s.k() >= MIN_DEPTH
        && (weight && s.m() >= MIN_ROWS_OF_WEIGHT || paysInEveryCall(s));
  }

  /** Measured at the sizes of BERT's layers and their gradients, rows from 400 to 4096. */
  private static boolean paysInEveryCall(GemmShape s) {
    boolean single = s.b().type() == DType.F32;
    boolean large = s.b().normalized(s.k(), s.n()).colStride() == 1 && s.n() * s.k() >= LARGE;
    if (s.a().normalized(s.m(), s.k()).colStride() != 1) {
      return s.m() >= MIN_ROWS && (single ? large && s.n() >= 2 * MIN_COLS : s.n() >= MIN_COLS);
    }
    return s.m() >= MIN_ROWS && (!single || large || s.m() >= MIN_ROWS_F32);
  }

  /**
   * Runs the product.
   *
   * @param weight the storage that holds B if a packed copy may be kept, else null
   * @param done told of every finished block, or null
   */
  void run(
      GemmShape shape, long a, long b, Storage weight, long bias, long c, Gemm.BlockDone done) {
    GemmShape s =
        shape.withLayouts(
            shape.a().normalized(shape.m(), shape.k()),
            shape.b().normalized(shape.k(), shape.n()),
            shape.c());
    long panelBytes = PanelPacking.panelBytes(s.b().type(), s.k());
    long all = PanelPacking.panels(s.n());
    try (PanelCache.Copy copy = weight == null ? null : copyOf(s, b, weight, all * panelBytes)) {
      if (copy == null) {
        runPacking(s, a, b, bias, c, done);
        return;
      }
      if (copy.isNew()) {
        pack(s, b, 0, all, copy.address());
        copy.publish();
      }
      multiply(s, a, copy.address(), 0, all, bias, c, done);
    }
  }

  private static PanelCache.Copy copyOf(GemmShape s, long b, Storage weight, long bytes) {
    return PanelCache.SHARED.acquire(weight, new PanelCache.Matrix(b, s.b(), s.k(), s.n()), bytes);
  }

  private void runPacking(GemmShape s, long a, long b, long bias, long c, Gemm.BlockDone done) {
    long panelBytes = PanelPacking.panelBytes(s.b().type(), s.k());
    long all = PanelPacking.panels(s.n());
    long count = Math.min(all, Math.max(1, PACKED_BYTES / panelBytes));
    try (Scratch panels = new Scratch(count * panelBytes)) {
      for (long p = 0; p < all; p += count) {
        long end = Math.min(all, p + count);
        pack(s, b, p, end, panels.address());
        multiply(s, a, panels.address(), p, end, bias, c, done);
      }
    }
  }

  /** Packs the panels {@code [first, end)}, the first of them to {@code to}. */
  private void pack(GemmShape s, long b, long first, long end, long to) {
    long panelBytes = PanelPacking.panelBytes(s.b().type(), s.k());
    long base = to - first * panelBytes;
    pool.parallelFor(
        end - first,
        Math.max(1, PACK_GRAIN / panelBytes),
        (i, j) -> packing.panels(s.b(), b, s.k(), s.n(), base, first + i, first + j));
  }

  /** Computes the columns of C that belong to the panels {@code [first, end)}. */
  private void multiply(
      GemmShape s,
      long a,
      long panels,
      long first,
      long end,
      long bias,
      long c,
      Gemm.BlockDone done) {
    long col = first * PanelPacking.WIDTH;
    long cols = Math.min(s.n(), end * PanelPacking.WIDTH) - col;
    boolean byColumns = s.a().colStride() != 1;
    long blockCols = even(cols, byColumns ? WIDE_COLS : BLOCK_COLS, PanelPacking.WIDTH);
    long blockRows = even(s.m(), mostRows(s, blockCols, byColumns), 16);
    long across = (cols + blockCols - 1) / blockCols;
    long down = (s.m() + blockRows - 1) / blockRows;
    long panelBytes = PanelPacking.panelBytes(s.b().type(), s.k());
    pool.parallelFor(
        across * down,
        1,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long row = i / across * blockRows;
            long rows = Math.min(blockRows, s.m() - row);
            long skip = i % across * blockCols;
            long width = Math.min(blockCols, cols - skip);
            long at = panels + skip / PanelPacking.WIDTH * panelBytes;
            block(s, a, row, rows, at, col + skip, width, bias, c);
            if (done != null) {
              done.run(row, rows, col + skip, width);
            }
          }
        });
  }

  private static long mostRows(GemmShape s, long blockCols, boolean byColumns) {
    if (byColumns) {
      long fitting = COPIED_BYTES / (s.k() * s.a().type().bytes());
      return Math.clamp(fitting, BLOCK_ROWS / 4, BLOCK_ROWS);
    }
    return Math.max(BLOCK_ROWS, BLOCK_FLOPS / (2 * blockCols * s.k()));
  }

  /** Cuts {@code n} into an even number of nearly equal blocks of at most {@code most}. */
  private static long even(long n, long most, long unit) {
    if (n <= unit) {
      return unit;
    }
    long blocks = (n + most - 1) / most;
    blocks += blocks % 2;
    return ((n + blocks - 1) / blocks + unit - 1) / unit * unit;
  }

  private void block(
      GemmShape s,
      long a,
      long row,
      long rows,
      long panels,
      long col,
      long cols,
      long bias,
      long c) {
    long from = a + row * s.a().rowStride() * s.a().type().bytes();
    long biasAt = s.bias() == null ? 0 : bias + col * s.bias().bytes();
    long to = c + (row * s.c().rowStride() + col) * s.c().type().bytes();
    if (s.a().colStride() == 1) {
      call(part(s, rows, cols, s.a()), from, panels, biasAt, to);
      return;
    }
    long step = s.k() + GAP;
    try (Scratch copy = new Scratch(rows * step * s.a().type().bytes())) {
      packing.rows(s.a(), from, rows, s.k(), copy.address(), step);
      GemmOperand byRows = s.a().withMatrixStrides(step, 1);
      call(part(s, rows, cols, byRows), copy.address(), panels, biasAt, to);
    }
  }

  /** A block's own product; B's strides, which panels do not have, are those of a dense matrix. */
  private static GemmShape part(GemmShape s, long rows, long cols, GemmOperand a) {
    return new GemmShape(
        1,
        1,
        rows,
        cols,
        s.k(),
        a,
        s.b().withMatrixStrides(cols, 1),
        s.c(),
        s.bias(),
        s.alpha(),
        s.accumulate());
  }

  private void call(GemmShape part, long a, long panels, long bias, long c) {
    OneDnnLane lane = lanes.borrow();
    try {
      lane.runPanels(part, a, panels, bias, c);
    } finally {
      lanes.giveBack(lane);
    }
  }

  /** Mentions the classes that need the vector module. */
  private static final class VectorFactory {
    private VectorFactory() {}

    static PanelPacking create() {
      return FloatLanes.FLOATS.length() == VectorTranspose.SIZE
          ? new VectorPanelPacking()
          : new ScalarPanelPacking();
    }
  }
}
