package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import java.util.List;

/**
 * How a pooling window moves along one axis.
 *
 * @param kernel elements the window covers, at least 1
 * @param stride distance of neighbouring windows, at least 1
 * @param padding elements before the first and after the last one, at most half of the kernel
 * @param dilation distance of the covered elements, at least 1
 */
public record PoolWindow(long kernel, long stride, long padding, long dilation) {

  /** A window over neighbouring elements. */
  public static PoolWindow of(long kernel, long stride, long padding) {
    return new PoolWindow(kernel, stride, padding, 1);
  }

  /** Elements from the first to the last covered one, both included. */
  public long extent() {
    return dilation * (kernel - 1) + 1;
  }

  /**
   * Number of windows.
   *
   * @param ceil whether a last window may reach beyond the padded axis, if it starts before its end
   */
  public long outputs(long size, boolean ceil) {
    long room = size + 2 * padding - extent();
    if (room < 0) {
      return ceil && room > -stride && size + padding > 0 ? 1 : 0;
    }
    long windows = room / stride + 1;
    // The last window must begin inside of the axis or of the padding before it.
    boolean another = ceil && room % stride != 0 && windows * stride < size + padding;
    return another ? windows + 1 : windows;
  }

  /** Elements that must follow the axis so that all windows exist. */
  long after(long size, boolean ceil) {
    return Math.max(0, (outputs(size, ceil) - 1) * stride + extent() - padding - size);
  }

  /** Requires sizes that exist and a result. */
  static void check(Inference i, PoolWindow rows, PoolWindow columns, boolean ceil) {
    i.requireFloating("x");
    Shape x = i.shape("x");
    i.require(x.rank() == 4, () -> "x is " + x + " but must be [batch, channels, height, width].");
    for (PoolWindow w : List.of(rows, columns)) {
      i.require(
          w.kernel >= 1 && w.stride >= 1 && w.dilation >= 1,
          () -> "kernel, stride and dilation must be at least 1: " + w + ".");
      i.require(
          Math.max(Math.max(w.kernel, w.stride), w.dilation) <= Integer.MAX_VALUE,
          () -> "kernel, stride and dilation must be below 2^31: " + w + ".");
      i.require(
          w.padding >= 0 && 2 * w.padding <= w.kernel,
          () -> "padding must be at least 0 and at most half of the kernel: " + w + ".");
    }
    i.require(
        Math.max(x.dim(2), x.dim(3)) <= Long.MAX_VALUE / 4,
        () -> "x is " + x + " but height and width must be below 2^61.");
    i.require(
        rows.outputs(x.dim(2), ceil) > 0 && columns.outputs(x.dim(3), ceil) > 0,
        () ->
            "a window of "
                + rows.kernel
                + " x "
                + columns.kernel
                + " does not fit x "
                + x
                + ". Pad more, or use a smaller window.");
  }

  /** Shape of the result. */
  static Shape output(Shape x, PoolWindow rows, PoolWindow columns, boolean ceil) {
    return Shape.of(
        x.dim(0), x.dim(1), rows.outputs(x.dim(2), ceil), columns.outputs(x.dim(3), ceil));
  }

  /** The windows of x, padded with a value, as {@code [n, c, rows, columns, kh, kw]}. */
  static Tensor windows(Tensor x, PoolWindow rows, PoolWindow columns, boolean ceil, double pad) {
    PadOp.Attrs around =
        new PadOp.Attrs(
            List.of(0L, 0L, rows.padding, columns.padding),
            List.of(0L, 0L, rows.after(x.dim(2), ceil), columns.after(x.dim(3), ceil)),
            PadOp.Mode.CONSTANT,
            pad);
    Tensor windows =
        Conv2dOp.windows(
            Dispatcher.call(PadOp.INSTANCE, around, x),
            rows.extent(),
            rows.stride,
            rows.dilation,
            columns.extent(),
            columns.stride,
            columns.dilation);
    // The padded axis may have room for a window that does not count.
    return windows
        .slice(2, 0, rows.outputs(x.dim(2), ceil))
        .slice(3, 0, columns.outputs(x.dim(3), ceil));
  }
}
