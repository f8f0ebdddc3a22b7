package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.Storage;
import java.util.List;

/** Passes each product to the first of several implementations that supports it. */
final class FirstSupportingGemm implements Gemm {

  private final List<Gemm> order;
  private final Gemm first;

  /** Keeps the order; the list must not be empty and its last element must support everything. */
  FirstSupportingGemm(List<Gemm> order) {
    this.order = List.copyOf(order);
    this.first = order.getFirst();
  }

  /** The preferred implementation. */
  Gemm first() {
    return first;
  }

  @Override
  public String name() {
    return first.name();
  }

  @Override
  public String description() {
    return first.description();
  }

  @Override
  public boolean supports(GemmShape shape) {
    return pick(shape) != null;
  }

  @Override
  public void matmul(GemmShape shape, long a, long b, long bias, long c) {
    required(shape).matmul(shape, a, b, bias, c);
  }

  @Override
  public void linear(
      GemmShape shape, long a, long b, Storage weight, long bias, long c, BlockDone done) {
    required(shape).linear(shape, a, b, weight, bias, c, done);
  }

  private Gemm required(GemmShape shape) {
    Gemm gemm = pick(shape);
    if (gemm == null) {
      throw new IllegalArgumentException("matmul: no implementation supports " + shape + ".");
    }
    return gemm;
  }

  private Gemm pick(GemmShape shape) {
    if (first.supports(shape)) {
      return first;
    }
    for (Gemm gemm : order) {
      if (gemm.supports(shape)) {
        return gemm;
      }
    }
    return null;
  }
}
