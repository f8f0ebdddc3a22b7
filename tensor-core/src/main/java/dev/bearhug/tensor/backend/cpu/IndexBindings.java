package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getLong;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.EmbeddingGradOp;
import dev.bearhug.tensor.op.std.IndexErrors;

/**
 * Ops that read or write where an index tensor says. Indices are checked before anything is
 * written, in order, so that the first wrong one is reported.
 */
final class IndexBindings {

  private final CpuResources cpu;

  private IndexBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    IndexBindings b = new IndexBindings(cpu);
    table.add("embedding", b::embedding, DType.F32, DType.BF16, DType.F16, DType.F64);
    table.add("embedding_grad", b::embeddingGrad, FloatSpan.TYPES);
    table.add("gather", b::gather, DType.values());
  }

  // ---------------------------------------------------------------- tables

  private static void checkIds(String op, Tensor ids, long vocabulary) {
    long base = ids.address();
    for (long i = 0, n = ids.numel(); i < n; i++) {
      long id = getLong(base + 8 * i);
      if (id < 0 || id >= vocabulary) {
        throw IndexErrors.id(op, id, ids.shape(), i, vocabulary);
      }
    }
  }

  private void embedding(KernelCall c) {
    Tensor table = c.in(0);
    checkIds("embedding", c.in(1), table.dim(0));
    long ids = c.in(1).address();
    long weight = table.address();
    long y = c.out(0).address();
    long row = table.dim(1) * table.dtype().bytes();
    cpu.rows(
        c.in(1).numel(),
        table.dim(1),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            NativeMemory.copy(weight + getLong(ids + 8 * i) * row, y + i * row, row);
          }
        });
  }

  /** Each row of the table is summed by one thread, in the order of its ids. */
  private void embeddingGrad(KernelCall c) {
    EmbeddingGradOp.Attrs a = c.attrs();
    Tensor ids = c.in(1);
    checkIds("embedding_grad", ids, a.vocabulary());
    int[] ends = new int[Math.toIntExact(a.vocabulary()) + 1];
    int[] positions = sortByRow(ids.address(), ids.numel(), ends);
    FloatSpan gy = FloatSpan.of(cpu, c.in(0));
    long gweight = c.out(0).address();
    long width = c.out(0).dim(1);
    MapKernels map = cpu.kernels().map();
    cpu.rows(
        a.vocabulary(),
        width,
        (from, to) -> {
          NativeMemory.fill(gweight + 4 * from * width, 4 * (to - from) * width, (byte) 0);
          for (int row = (int) from; row < to; row++) {
            for (int i = ends[row]; i < ends[row + 1] && row != a.paddingIndex(); i++) {
              long target = gweight + 4 * row * width;
              long source = positions[i] * width;
              FloatTiles.run(
                  gy.inPlace(),
                  0,
                  width,
                  (first, n, buffer) -> {
                    long added = gy.read(source + first, n, buffer);
                    map.binary(BinaryOp.ADD, target + 4 * first, added, target + 4 * first, n);
                  });
            }
            if (a.scaleByFrequency() && ends[row + 1] > ends[row] + 1) {
              long sum = gweight + 4 * row * width;
              map.binaryScalar(BinaryOp.DIV, sum, ends[row + 1] - ends[row], sum, width);
            }
          }
        });
  }

  /**
   * Numbers of the ids, ordered by row of the table and then by position.
   *
   * @param base address of the ids
   * @param count number of ids
   * @param ends receives, at row r, where its ids start; those of the next row start where it ends
   */
  static int[] sortByRow(long base, long count, int[] ends) {
    int n = Math.toIntExact(count);
    for (int i = 0; i < n; i++) {
      ends[(int) getLong(base + 8L * i) + 1]++;
    }
    for (int row = 1; row < ends.length; row++) {
      ends[row] += ends[row - 1];
    }
    int[] next = ends.clone();
    int[] positions = new int[n];
    for (int i = 0; i < n; i++) {
      positions[next[(int) getLong(base + 8L * i)]++] = i;
    }
    return positions;
  }

  // ---------------------------------------------------------------- one axis

  /** Requires all indices of a dense tensor to be in {@code [0, size)}. */
  static void checkIndices(String op, Tensor index, long size) {
    checkIndices(op, index.address(), index.shape(), size);
  }

  /** Requires all indices of dense memory to be in {@code [0, size)}. */
  static void checkIndices(String op, long base, Shape shape, long size) {
    for (long i = 0, n = shape.numel(); i < n; i++) {
      long at = getLong(base + 8 * i);
      if (at < 0 || at >= size) {
        throw IndexErrors.index(op, at, shape, i, size);
      }
    }
  }

  /** The values at index 0 of the axis, one per element of the index tensor. */
  private static Layout withoutAxis(Tensor values, Tensor index, int axis) {
    long[] strides = Layout.contiguous(values.shape()).strides();
    strides[axis] = 0;
    return Layout.of(index.shape(), strides, 0);
  }

  private void gather(KernelCall c) {
    int axis = c.<Integer>attrs();
    Tensor x = c.in(0);
    Tensor index = c.in(1);
    checkIndices("gather", index, x.dim(axis));
    int bytes = x.dtype().bytes();
    long values = x.address();
    long at = index.address();
    long y = c.out(0).address();
    StridedLoop loop = StridedLoop.over(index.shape(), index.layout(), withoutAxis(x, index, axis));
    long step = loop.stride(1, 0) * bytes;
    long axisStep = Layout.contiguous(x.shape()).stride(axis) * bytes;
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long start = values + starts[1] * bytes;
          for (long i = from; i < from + count; i++) {
            long to = starts[0] + i;
            long source = start + i * step + getLong(at + 8 * to) * axisStep;
            move(source, y + to * bytes, bytes);
          }
        });
  }

  /** Copies one element of 1, 2, 4 or 8 bytes. */
  static void move(long from, long to, int bytes) {
    switch (bytes) {
      case 1 -> NativeMemory.putByte(to, NativeMemory.getByte(from));
      case 2 -> NativeMemory.putShort(to, NativeMemory.getShort(from));
      case 4 -> NativeMemory.putInt(to, NativeMemory.getInt(from));
      default -> NativeMemory.putLong(to, getLong(from));
    }
  }
}
