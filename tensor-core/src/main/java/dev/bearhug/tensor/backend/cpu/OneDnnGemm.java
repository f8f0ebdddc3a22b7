package dev.bearhug.tensor.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.Storage;

/**
 * Matrix products by the {@code matmul} primitive of oneDNN.
 *
 * <p>A batch is spread over the worker pool, one plain product after the other: the library's own
 * batched products gave wrong results or read outside of the matrices for some strides (seen in
 * 3.11 with k = 1, with gaps between rows, with a bias behind a factor).
 *
 * <p>Preparing a product takes far longer than looking it up, so prepared products are kept, the
 * least recently used one leaving first. Each call borrows a lane, which has its own products,
 * stream and scratch memory: calls from several threads never wait for each other.
 */
final class OneDnnGemm implements Gemm {

  /** Prepared products that each lane keeps. */
  static final int DEFAULT_CAPACITY = 512;

  /** Below this many operations, waking other threads costs more than they save. */
  private static final double MIN_PARALLEL_FLOPS = 1 << 23;

  /**
   * From here on the threads of the library share one product of a batch; below, workers take whole
   * products.
   */
  private static final double MIN_LIBRARY_FLOPS = 1 << 27;

  /** Operations that a worker takes at a time. */
  private static final double MIN_CHUNK_FLOPS = 1 << 22;

  private final OneDnnLibrary library;
  private final WorkerPool pool;
  private final IdlePool<OneDnnLane> lanes;
  private final PanelGemm panelGemm;

  /**
   * Creates a front of the library.
   *
   * @param library the loaded library
   * @param pool tells the number of threads
   * @param capacity prepared products that each lane keeps
   */
  OneDnnGemm(OneDnnLibrary library, WorkerPool pool, int capacity) {
    this.library = library;
    this.pool = pool;
    this.lanes = new IdlePool<>(() -> new OneDnnLane(library, capacity));
    this.panelGemm = new PanelGemm(library, pool, lanes);
  }

  /** This library if it is the preferred implementation, else null. */
  static OneDnnGemm preferred(Gemm gemm) {
    Gemm first = gemm instanceof FirstSupportingGemm ? ((FirstSupportingGemm) gemm).first() : gemm;
    return first instanceof OneDnnGemm ? (OneDnnGemm) first : null;
  }

  /** Whether the library has fast products of this type on this processor. */
  boolean isFast(DType type) {
    return panelGemm.isFast(type);
  }

  /** Takes a lane for products on the calling thread. */
  OneDnnLane borrow() {
    return lanes.borrow();
  }

  /** Makes a lane free for other threads. */
  void giveBack(OneDnnLane lane) {
    lanes.giveBack(lane);
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String description() {
    return "oneDNN "
        + library.version()
        + ", isa 0x"
        + Integer.toHexString(dnnl_get_effective_cpu_isa())
        + ", OpenMP, "
        + (library.followsThreads() ? pool.threads() + " threads" : "threads by OMP_NUM_THREADS");
  }

  @Override
  public boolean supports(GemmShape s) {
    return hasProduct(s);
  }

  /** Whether the library can multiply these types and layouts. */
  static boolean hasProduct(GemmShape s) {
    boolean types =
        s.a().type() == s.b().type() && (s.c().type() == DType.F32 || s.a().type() == DType.BF16);
    return types && isPlain(s.a(), s.m(), s.k()) && isPlain(s.b(), s.k(), s.n());
  }

  private static boolean isPlain(GemmOperand x, long rows, long cols) {
    GemmOperand y = x.normalized(rows, cols);
    return y.colStride() == 1 && (rows <= 1 || y.rowStride() >= cols)
        || y.rowStride() == 1 && (cols <= 1 || y.colStride() >= rows);
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
    GemmShape s = isBatched(shape) ? shape.folded() : shape;
    if (!isBatched(s)) {
      if (panelGemm.takes(s, false)) {
        panelGemm.run(s, a, b, null, bias, c, null);
      } else {
        runRange(s, 0, 1, threadsFor(s.flops()), a, b, bias, c);
      }
      return;
    }
    long batch = s.batch1() * s.batch2();
    double flopsEach = s.flops() / batch;
    if (flopsEach >= MIN_LIBRARY_FLOPS) {
      runRange(s, 0, batch, threadsFor(flopsEach), a, b, bias, c);
      return;
    }
    long grain = Math.max(1, (long) (MIN_CHUNK_FLOPS / flopsEach));
    pool.parallelFor(batch, grain, (from, to) -> runRange(s, from, to, 1, a, b, bias, c));
  }

  @Override
  public void linear(
      GemmShape shape, long a, long b, Storage weight, long bias, long c, BlockDone done) {
    if (!isBatched(shape) && panelGemm.takes(shape, weight != null)) {
      panelGemm.run(shape, a, b, weight, bias, c, done);
    } else {
      Gemm.super.linear(shape, a, b, weight, bias, c, done);
    }
  }

  private static boolean isBatched(GemmShape s) {
    return s.batch1() != 1 || s.batch2() != 1;
  }

  private void runRange(
      GemmShape s, long from, long to, int threads, long a, long b, long bias, long c) {
    OneDnnLane lane = lanes.borrow();
    try {
      lane.run(s, from, to, threads, a, b, bias, c);
    } finally {
      lanes.giveBack(lane);
    }
  }

  /** The name of oneDNN's implementation for a product, for benchmarks. */
  String implementationOf(GemmShape shape) {
    OneDnnLane lane = lanes.borrow();
    try {
      return lane.product(shape, false, threadsFor(shape.flops())).implementation();
    } finally {
      lanes.giveBack(lane);
    }
  }

  /** Prepared products in the lanes that are not in use. */
  int preparedProducts() {
    return lanes.sum(OneDnnLane::size);
  }

  private int threadsFor(double flops) {
    return flops < MIN_PARALLEL_FLOPS ? 1 : pool.threads();
  }
}
