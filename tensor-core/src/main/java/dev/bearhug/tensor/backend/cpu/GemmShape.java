package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import java.util.Objects;

/**
 * All of a matrix product except the addresses: sizes, layouts, types and what happens to the
 * result.
 *
 * <p>For each of {@code batch1 × batch2} matrices, with A of shape [m, k], B of [k, n] and C of [m,
 * n]:
 *
 * <pre>  C = alpha · A · B  (+ bias, one value per column)  (+ C if accumulate)</pre>
 *
 * Sums are formed in F32. Equal shapes are equal keys of the caches of prepared products.
 *
 * @param batch1 length of the outer batch axis (batch)
 * @param batch2 length of the inner batch axis (heads)
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k columns of A and rows of B
 * @param a layout of A
 * @param b layout of B
 * @param c layout of C; its column stride is 1
 * @param bias type of the bias, or null for none
 * @param alpha factor of the product
 * @param accumulate whether the old value of C is added
 */
public record GemmShape(
    long batch1,
    long batch2,
    long m,
    long n,
    long k,
    GemmOperand a,
    GemmOperand b,
    GemmOperand c,
    DType bias,
    float alpha,
    boolean accumulate) {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException for negative sizes, or a C whose columns are not contiguous or
   *     whose rows overlap
   */
  public GemmShape {
    Objects.requireNonNull(a, "a");
    Objects.requireNonNull(b, "b");
    Objects.requireNonNull(c, "c");
    if (batch1 < 0 || batch2 < 0 || m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException(
          "matmul: sizes must not be negative; got batch "
              + batch1
              + " x "
              + batch2
              + ", m "
              + m
              + ", n "
              + n
              + ", k "
              + k
              + ".");
    }
    if (n > 1 && c.colStride() != 1 || m > 1 && c.rowStride() < n) {
      throw new IllegalArgumentException(
          "matmul: the result needs contiguous rows that do not overlap; got row stride "
              + c.rowStride()
              + ", column stride "
              + c.colStride()
              + " for "
              + n
              + " columns. Allocate a contiguous result.");
    }
    if (bias != null && bias != DType.F32 && bias != DType.BF16) {
      throw new IllegalArgumentException("matmul: the bias must be F32 or BF16; got " + bias + ".");
    }
  }

  /** The F32 product of dense row-major matrices [m, k] · [k, n]. */
  public static GemmShape of(long m, long n, long k) {
    return new GemmShape(
        1,
        1,
        m,
        n,
        k,
        GemmOperand.rows(k),
        GemmOperand.rows(n),
        GemmOperand.rows(n),
        null,
        1f,
        false);
  }

  /**
   * The F32 product [m, k] · [n, k]ᵀ of dense row-major matrices: a linear layer with its weight
   * [out, in].
   */
  public static GemmShape linear(long m, long n, long k) {
    return of(m, n, k)
        .withLayouts(GemmOperand.rows(k), GemmOperand.columns(k), GemmOperand.rows(n));
  }

  /** This product with other layouts. */
  public GemmShape withLayouts(GemmOperand first, GemmOperand second, GemmOperand result) {
    return new GemmShape(batch1, batch2, m, n, k, first, second, result, bias, alpha, accumulate);
  }

  /** This product repeated over two batch axes, with the batch strides in the layouts. */
  public GemmShape withBatch(long outer, long inner) {
    return new GemmShape(outer, inner, m, n, k, a, b, c, bias, alpha, accumulate);
  }

  /** This product with other element types of A, B and C. */
  public GemmShape withTypes(DType first, DType second, DType result) {
    return withLayouts(a.withType(first), b.withType(second), c.withType(result));
  }

  /** This product with a bias of the given type, or without one for null. */
  public GemmShape withBias(DType type) {
    return new GemmShape(batch1, batch2, m, n, k, a, b, c, type, alpha, accumulate);
  }

  /** This product times {@code factor}. */
  public GemmShape withAlpha(float factor) {
    return new GemmShape(batch1, batch2, m, n, k, a, b, c, bias, factor, accumulate);
  }

  /** This product added to the old value of C, or replacing it. */
  public GemmShape withAccumulate(boolean add) {
    return new GemmShape(batch1, batch2, m, n, k, a, b, c, bias, alpha, add);
  }

  /** Whether C has no element. */
  public boolean isEmpty() {
    return batch1 == 0 || batch2 == 0 || m == 0 || n == 0;
  }

  /** Floating-point operations of the product: 2 · batch · m · n · k. */
  public double flops() {
    return 2.0 * batch1 * batch2 * m * n * k;
  }

  /**
   * The same product with as few batch axes as possible: axes of length 1 go, two axes that are one
   * in memory join into {@code batch2}, and a batch that shares B becomes rows of A. Strides of
   * axes of length 1 are normalised.
   */
  GemmShape folded() {
    GemmShape s = withLayouts(a.normalized(m, k), b.normalized(k, n), c.normalized(m, n));
    if (s.batch2 == 1) {
      s = s.joined(s.batch1, s.a.batchStride1(), s.b.batchStride1(), s.c.batchStride1());
    } else if (s.batch1 == 1) {
      s = s.joined(s.batch2, s.a.batchStride2(), s.b.batchStride2(), s.c.batchStride2());
    } else if (s.joins(s.a) && s.joins(s.b) && s.joins(s.c)) {
      s = s.joined(s.batch1 * s.batch2, s.a.batchStride2(), s.b.batchStride2(), s.c.batchStride2());
    }
    return s.batch1 == 1 && s.batch2 > 1 && s.b.batchStride2() == 0 ? s.batchAsRows() : s;
  }

  private boolean joins(GemmOperand x) {
    return x.batchStride1() == batch2 * x.batchStride2();
  }

  private GemmShape joined(long count, long strideA, long strideB, long strideC) {
    return withBatch(1, count)
        .withLayouts(
            a.withBatchStrides(0, count == 1 ? 0 : strideA),
            b.withBatchStrides(0, count == 1 ? 0 : strideB),
            c.withBatchStrides(0, count == 1 ? 0 : strideC));
  }

  private GemmShape batchAsRows() {
    long rowA = m == 1 ? a.batchStride2() : a.rowStride();
    long rowC = m == 1 ? c.batchStride2() : c.rowStride();
    if (a.colStride() != 1
        || rowA < k
        || a.batchStride2() != m * rowA
        || c.batchStride2() != m * rowC
        || rowC < n) {
      return this;
    }
    return new GemmShape(
        1,
        1,
        batch2 * m,
        n,
        k,
        new GemmOperand(a.type(), 0, 0, rowA, a.colStride()).normalized(batch2 * m, k),
        b,
        new GemmOperand(c.type(), 0, 0, rowC, 1),
        bias,
        alpha,
        accumulate);
  }
}
