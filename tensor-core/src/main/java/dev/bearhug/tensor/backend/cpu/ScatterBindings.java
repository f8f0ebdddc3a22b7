package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;

/**
 * Ops that write single elements where an index tensor says. Elements that can meet in one place
 * are handled in their order by one thread.
 */
final class ScatterBindings {

  /** Fewest neighbouring columns of a piece: shorter ones would share cache lines. */
  private static final long COLUMNS = 64;

  private final CpuResources cpu;

  private ScatterBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ScatterBindings b = new ScatterBindings(cpu);
    table.addStrided("scatter", b::scatter, DType.values());
    table.addStrided("scatter_add", b::scatterAdd, DType.F32);
  }

  /** Handles one element; addresses in bytes. */
  @FunctionalInterface
  private interface Element {
    void apply(long source, long target);
  }

  private void scatter(KernelCall c) {
    int bytes = c.out(0).dtype().bytes();
    run(c, "scatter", (s, t) -> IndexBindings.move(s, t, bytes));
  }

  private void scatterAdd(KernelCall c) {
    run(c, "scatter_add", (s, t) -> putFloat(t, getFloat(t) + getFloat(s)));
  }

  private void run(KernelCall c, String op, Element element) {
    int axis = c.<Integer>attrs();
    try (Operand index = Operand.rowMajor(cpu.pool(), c.in(1));
        Operand source = Operand.rowMajor(cpu.pool(), c.in(2))) {
      Shape shape = c.in(1).shape();
      Shape whole = c.out(0).shape();
      IndexBindings.checkIndices(op, index.address(), shape, whole.dim(axis));
      DenseCopy.fill(cpu, c.in(0), c.out(0).address());
      if (shape.numel() > 0) {
        write(
            shape,
            c.out(0).layout(),
            axis,
            c.out(0).dtype().bytes(),
            index.address(),
            source.address(),
            c.out(0).address(),
            element);
      }
    }
  }

  /** Pieces are columns of the axis, which never meet; inside of one, in the order of the axis. */
  private void write(
      Shape shape,
      Layout target,
      int axis,
      int bytes,
      long index,
      long source,
      long y,
      Element element) {
    long k = shape.dim(axis);
    long inner = inner(shape, axis);
    Layout places = columns(shape, target, axis);
    long step = target.stride(axis);
    boolean dense = inner == inner(target.shape(), axis);
    long width = Math.min(inner, Math.max(COLUMNS, CpuResources.GRAIN / k));
    long pieces = (inner + width - 1) / width;
    cpu.rows(
        shape.numel() / k / inner * pieces,
        k * width,
        (from, to) -> {
          for (long unit = from; unit < to; unit++) {
            long o = unit / pieces;
            long first = unit % pieces * width;
            long last = Math.min(inner, first + width);
            long start = places.position(o * inner);
            for (long i = 0; i < k; i++) {
              long row = (o * k + i) * inner;
              for (long j = first; j < last; j++) {
                long place = dense ? start + j : places.position(o * inner + j);
                long at = getLong(index + 8 * (row + j));
                element.apply(source + (row + j) * bytes, y + (place + at * step) * bytes);
              }
            }
          }
        });
  }

  private static long inner(Shape shape, int axis) {
    long inner = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      inner *= shape.dim(a);
    }
    return inner;
  }

  /** Places at index 0 of the axis, by the other coordinates of an index element. */
  private static Layout columns(Shape shape, Layout target, int axis) {
    long[] strides = new long[shape.rank() - 1];
    for (int a = 0, i = 0; a < shape.rank(); a++) {
      if (a != axis) {
        strides[i++] = target.stride(a);
      }
    }
    return Layout.of(shape.without(axis), strides, 0);
  }
}
