package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.AttentionOp;
import java.util.Arrays;

/**
 * Softmax over attention scores {@code [b, h, s, t]} under an additive mask that broadcasts to
 * them, a causal one, or both.
 */
final class AttentionMask implements AutoCloseable {

  private static final float MASKED = (float) AttentionOp.MASKED;

  private final CpuResources cpu;
  private final Scratch rows;

  /** Step of the mask from one example, head and query to the next, in elements. */
  private final long[] steps;

  private final long heads;
  private final long queries;
  private final long keys;
  private final boolean causal;

  private AttentionMask(
      CpuResources cpu, Scratch rows, long[] steps, Shape scores, boolean causal) {
    this.cpu = cpu;
    this.rows = rows;
    this.steps = steps;
    this.heads = scores.dim(1);
    this.queries = scores.dim(2);
    this.keys = scores.dim(3);
    this.causal = causal;
  }

  /**
   * Prepares a mask: rows of single precision, no value below {@link AttentionOp#MASKED}.
   *
   * @param mask additive mask, or null
   */
  static AttentionMask of(CpuResources cpu, Tensor mask, Shape scores, boolean causal) {
    if (mask == null) {
      return new AttentionMask(cpu, null, null, scores, causal);
    }
    long[] dims = new long[4];
    Arrays.fill(dims, 1);
    for (int axis = 0; axis < mask.rank(); axis++) {
      dims[4 - mask.rank() + axis] = mask.dim(axis);
    }
    dims[3] = scores.dim(3);
    Shape shape = Shape.of(dims);
    Scratch rows = new Scratch(4 * shape.numel());
    write(cpu, mask, shape, rows.address());
    long[] steps = Layout.contiguous(shape).strides();
    for (int axis = 0; axis < 3; axis++) {
      steps[axis] = dims[axis] == 1 ? 0 : steps[axis];
    }
    return new AttentionMask(cpu, rows, steps, scores, causal);
  }

  private static void write(CpuResources cpu, Tensor mask, Shape shape, long to) {
    long n = shape.numel();
    DType type = mask.dtype();
    Layout layout = mask.layout().expand(shape);
    if (type == DType.F32) {
      StridedCopy.pack(cpu.pool(), mask.address(), layout, to, 4);
    } else {
      try (Scratch dense = new Scratch(n * type.bytes())) {
        StridedCopy.pack(cpu.pool(), mask.address(), layout, dense.address(), type.bytes());
        for (long i = 0; i < n; i++) {
          putFloat(to + 4 * i, (float) type.read(dense.address() + i * type.bytes()));
        }
      }
    }
    cpu.elements(
        n,
        (from, end) -> {
          long at = to + 4 * from;
          cpu.kernels().map().binaryScalar(BinaryOp.MAX, at, MASKED, at, end - from);
        });
  }

  /**
   * Replaces scores by probabilities.
   *
   * @param first number of the first row among all {@code b * h * s}
   * @param scores address of the first row
   * @param scale factor on the scores
   * @param count number of rows
   */
  void softmax(long first, long scores, float scale, long count) {
    if (causal) {
      causalRows(first, scores, scale, count);
      return;
    }
    SoftmaxKernels kernels = cpu.kernels().softmax();
    if (rows == null) {
      kernels.softmaxRows(scores, scale, SoftmaxKernels.NO_MASK, 0, scores, count, keys);
      return;
    }
    for (long row = first; row < first + count; ) {
      long end = Math.min(first + count, (row / queries + 1) * queries);
      long at = scores + 4 * (row - first) * keys;
      kernels.softmaxRows(at, scale, maskRow(row), steps[2], at, end - row, keys);
      row = end;
    }
  }

  private long maskRow(long row) {
    long head = row / queries;
    return rows.address()
        + 4 * (head / heads * steps[0] + head % heads * steps[1] + row % queries * steps[2]);
  }

  private void causalRows(long first, long scores, float scale, long count) {
    SoftmaxKernels kernels = cpu.kernels().softmax();
    try (Scratch combined = new Scratch(4 * keys)) {
      for (long row = first; row < first + count; row++) {
        long at = scores + 4 * (row - first) * keys;
        long visible = Math.clamp(row % queries + keys - queries + 1, 0, keys);
        if (rows != null) {
          NativeMemory.copy(maskRow(row), combined.address(), 4 * visible);
          long hidden = combined.address() + 4 * visible;
          cpu.kernels().map().fill(MASKED, hidden, keys - visible);
          kernels.softmaxRows(at, scale, combined.address(), 0, at, 1, keys);
        } else if (visible == 0) {
          cpu.kernels().map().fill(1f / keys, at, keys);
        } else {
          kernels.softmaxRows(at, scale, SoftmaxKernels.NO_MASK, 0, at, 1, visible);
          NativeMemory.fill(at + 4 * visible, 4 * (keys - visible), (byte) 0);
        }
      }
    }
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
  }
}
