package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.Axes;

/**
 * The elements of a row-major tensor as dense rows, one per result of a reduction: in place where
 * the reduced axes are the last ones, else as a copy.
 */
final class ReducedRows implements AutoCloseable {

  private final Scratch scratch;
  private final long address;
  private final long rows;
  private final long cols;

  ReducedRows(WorkerPool pool, Tensor x, Axes axes) {
    this.cols = axes.count(x.shape());
    this.rows = axes.result(x.shape()).numel();
    Layout layout = x.layout().permute(axes.lastOrder(x.rank()));
    if (layout.isContiguous()) {
      scratch = null;
      address = x.address();
    } else {
      int bytes = x.dtype().bytes();
      scratch = new Scratch(x.numel() * bytes);
      address = scratch.address();
      StridedCopy.pack(pool, x.address(), layout, address, bytes);
    }
  }

  /** Address of row {@code r} of elements of a size. */
  long row(long r, int bytes) {
    return address + r * cols * bytes;
  }

  /** Number of rows. */
  long rows() {
    return rows;
  }

  /** Elements of a row. */
  long cols() {
    return cols;
  }

  @Override
  public void close() {
    if (scratch != null) {
      scratch.close();
    }
  }
}
