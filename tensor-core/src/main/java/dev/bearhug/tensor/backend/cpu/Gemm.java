package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.Storage;

/**
 * A matrix product on native memory.
 *
 * <p>Implementations are thread-safe. The same call with the same number of threads gives the same
 * bits; the implementations of the Vector API and of plain loops give them with any number of
 * threads.
 */
public interface Gemm {

  /** The name that selects this implementation: {@code onednn}, {@code vector} or {@code loop}. */
  String name();

  /** One line for the user: library version, instruction set, threads. */
  String description();

  /** Whether {@link #matmul} can run this product. */
  boolean supports(GemmShape shape);

  /**
   * Runs the product.
   *
   * <p>C must not overlap A, B or the bias. With {@code k == 0} the product is zero; with no
   * element in C nothing is read or written.
   *
   * @param shape sizes, layouts and options
   * @param a address of the first element of A
   * @param b address of the first element of B
   * @param bias address of the n values of the bias; not used when {@code shape.bias()} is null
   * @param c address of the first element of C
   * @throws IllegalArgumentException if the product is not supported
   */
  void matmul(GemmShape shape, long a, long b, long bias, long c);

  /**
   * Told of finished blocks of C, on the thread that computed them, while they are in its cache.
   */
  @FunctionalInterface
  interface BlockDone {

    /** Rows {@code [row, row + rows)} of columns {@code [col, col + cols)} hold their result. */
    void run(long row, long rows, long col, long cols);
  }

  /**
   * Runs a single product whose B is a weight: an implementation may keep a copy of it in an order
   * of its own until the weight changes or is freed.
   *
   * @param shape as in {@link #matmul}, with a batch of one
   * @param weight the storage that holds B; null if no copy is to be kept
   * @param done told of every block of C once, or null; blocks may come from several threads at
   *     once
   */
  default void linear(
      GemmShape shape, long a, long b, Storage weight, long bias, long c, BlockDone done) {
    matmul(shape, a, b, bias, c);
    if (done != null && !shape.isEmpty()) {
      done.run(0, shape.m(), 0, shape.n());
    }
  }
}
