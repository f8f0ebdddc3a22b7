package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;

/**
 * A loop over the elements of a shape with several strided operands. Axes of size 1 are dropped and
 * neighbouring axes merged where every operand allows it; the innermost axis is left to the caller
 * as a row, so that no element costs a division.
 */
final class StridedLoop {

  /** Handles part of a row. */
  @FunctionalInterface
  interface RowTask {

    /**
     * Handles {@code count} elements of a row, from element {@code from} on.
     *
     * @param starts per operand the position of the row's element 0, in elements
     */
    void run(long[] starts, long from, long count);
  }

  private final int axes;

  /** Sizes, innermost first. */
  private final long[] dims;

  /** Strides per operand, innermost first. */
  private final long[][] strides;

  private final long outer;

  private StridedLoop(int axes, long[] dims, long[][] strides) {
    this.axes = axes;
    this.dims = dims;
    this.strides = strides;
    long rows = 1;
    for (int i = 1; i < axes; i++) {
      rows *= dims[i];
    }
    this.outer = rows;
  }

  /** A loop over {@code shape}; operands of smaller shapes broadcast. Offsets are not used. */
  static StridedLoop over(Shape shape, Layout... operands) {
    long[][] given = new long[operands.length][];
    for (int o = 0; o < operands.length; o++) {
      Layout l = operands[o];
      given[o] = (l.shape().equals(shape) ? l : l.expand(shape)).strides();
    }
    int rank = shape.rank();
    int n = 0;
    long[] dims = new long[Math.max(1, rank)];
    long[][] strides = new long[operands.length][Math.max(1, rank)];
    for (int axis = rank - 1; axis >= 0; axis--) {
      long size = shape.dim(axis);
      if (size == 1) {
        continue;
      }
      boolean merges = n > 0;
      for (int o = 0; merges && o < given.length; o++) {
        merges = given[o][axis] == strides[o][n - 1] * dims[n - 1];
      }
      if (merges) {
        dims[n - 1] *= size;
        continue;
      }
      dims[n] = size;
      for (int o = 0; o < given.length; o++) {
        strides[o][n] = given[o][axis];
      }
      n++;
    }
    if (n == 0) {
      dims[0] = 1;
      for (long[] s : strides) {
        s[0] = 1;
      }
      n = 1;
    }
    return new StridedLoop(n, dims, strides);
  }

  /** Number of axes left, at least 1. */
  int axes() {
    return axes;
  }

  /** Size of an axis, 0 being the innermost. */
  long dim(int axis) {
    return dims[axis];
  }

  /** Step of an operand along an axis, 0 being the innermost. */
  long stride(int operand, int axis) {
    return strides[operand][axis];
  }

  /** Runs the task for all rows, on several threads where it pays. */
  void forEachRow(WorkerPool pool, RowTask task) {
    long inner = dims[0];
    if (inner == 0 || outer == 0) {
      return;
    }
    long pieces = (inner + CpuResources.GRAIN - 1) / CpuResources.GRAIN;
    if (pieces == 1) {
      pool.parallelFor(
          outer, CpuResources.rowGrain(inner), (from, to) -> walk(from, to, 0, inner, task));
      return;
    }
    pool.parallelFor(
        outer * pieces,
        1,
        (from, to) -> {
          for (long unit = from; unit < to; unit++) {
            long row = unit / pieces;
            long start = unit % pieces * CpuResources.GRAIN;
            walk(row, row + 1, start, Math.min(CpuResources.GRAIN, inner - start), task);
          }
        });
  }

  /** Runs the task for all rows in this thread, in row-major order. */
  void forEachRowInOrder(RowTask task) {
    if (dims[0] > 0 && outer > 0) {
      walk(0, outer, 0, dims[0], task);
    }
  }

  /** Handles the two innermost axes at once. */
  @FunctionalInterface
  interface PlaneTask {

    /**
     * Handles one plane.
     *
     * @param starts per operand the position of the plane's first element, in elements
     */
    void run(long[] starts);
  }

  /** Runs the task in this thread for all positions of the axes from axis 2 on. */
  void forEachPlane(PlaneTask task) {
    if (dims[0] == 0 || outer == 0) {
      return;
    }
    long rows = axes > 1 ? dims[1] : 1;
    for (long row = 0; row < outer; row += rows) {
      walk(row, row + 1, 0, 1, (starts, from, count) -> task.run(starts));
    }
  }

  private void walk(long fromRow, long toRow, long start, long count, RowTask task) {
    long[] at = new long[axes];
    long[] starts = new long[strides.length];
    long rest = fromRow;
    for (int axis = 1; axis < axes; axis++) {
      at[axis] = rest % dims[axis];
      rest /= dims[axis];
      for (int o = 0; o < starts.length; o++) {
        starts[o] += at[axis] * strides[o][axis];
      }
    }
    for (long row = fromRow; row < toRow; row++) {
      task.run(starts, start, count);
      advance(at, starts);
    }
  }

  private void advance(long[] at, long[] starts) {
    for (int axis = 1; axis < axes; axis++) {
      boolean wraps = ++at[axis] == dims[axis];
      for (int o = 0; o < starts.length; o++) {
        starts[o] += wraps ? strides[o][axis] * (1 - dims[axis]) : strides[o][axis];
      }
      if (!wraps) {
        return;
      }
      at[axis] = 0;
    }
  }
}
