package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AvgPool2dOp;
import dev.bearhug.tensor.op.std.Conv2dGradInputOp;
import dev.bearhug.tensor.op.std.Conv2dOp;
import dev.bearhug.tensor.op.std.MaxPool2dOp;
import dev.bearhug.tensor.op.std.PoolWindow;
import java.util.Arrays;

/**
 * Convolution and pooling of {@code [batch, channels, length]} and {@code [batch, channels, height,
 * width]}, with all options; the batch axis may be absent. {@code Tensor} has the common forms.
 */
public final class Spatial {

  private Spatial() {}

  /** One axis as the second of two. */
  @FunctionalInterface
  private interface Plane {
    Tensor apply(Tensor x);
  }

  /** Runs a function of four axes on a tensor with fewer. */
  private static Tensor on(String user, Tensor x, int spatial, Plane f) {
    if (x.rank() != spatial + 1 && x.rank() != spatial + 2) {
      throw new ShapeException(
          user,
          "x is "
              + x.shape()
              + " but must be "
              + (spatial == 1 ? "[batch, channels, length]" : "[batch, channels, height, width]")
              + "; the batch may be absent.");
    }
    Tensor batch = x.rank() == spatial + 1 ? x.unsqueeze(0) : x;
    Tensor y = f.apply(spatial == 1 ? batch.unsqueeze(2) : batch);
    Tensor flat = spatial == 1 ? y.squeeze(2) : y;
    return x.rank() == spatial + 1 ? flat.squeeze(0) : flat;
  }

  // ---------------------------------------------------------------- convolution

  /**
   * Convolution along one axis; see {@link Conv2dOp}.
   *
   * @param weight {@code [out, channels / groups, kernel]}
   * @param bias {@code [out]} or null
   * @param axis stride, padding and dilation
   */
  public static Tensor conv1d(
      Tensor x, Tensor weight, Tensor bias, Conv2dOp.Axis axis, long groups) {
    Conv2dOp.Attrs attrs = new Conv2dOp.Attrs(Conv2dOp.Axis.VALID, axis, groups);
    Tensor kernel = kernel("conv1d", weight);
    return on("conv1d", x, 1, t -> Dispatcher.call(Conv2dOp.INSTANCE, attrs, t, kernel, bias));
  }

  private static Tensor kernel(String user, Tensor weight) {
    if (weight.rank() != 3) {
      throw new ShapeException(
          user, "weight is " + weight.shape() + " but must have 3 axes, the kernel last.");
    }
    return weight.unsqueeze(2);
  }

  /**
   * Convolution along two axes; see {@link Conv2dOp}.
   *
   * @param weight {@code [out, channels / groups, kernel height, kernel width]}
   * @param bias {@code [out]} or null
   * @param rows stride, padding and dilation along the height
   * @param columns the same along the width
   */
  public static Tensor conv2d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Conv2dOp.Axis rows,
      Conv2dOp.Axis columns,
      long groups) {
    Conv2dOp.Attrs attrs = new Conv2dOp.Attrs(rows, columns, groups);
    return on("conv2d", x, 2, t -> Dispatcher.call(Conv2dOp.INSTANCE, attrs, t, weight, bias));
  }

  /**
   * Transposed convolution along one axis: what {@link #conv1d} does to gradients.
   *
   * @param weight {@code [channels, out / groups, kernel]}
   * @param bias {@code [out]} or null
   * @param axis stride, padding and dilation of the convolution whose transpose this is
   * @param more elements added at the end, fewer than the stride, where several sizes fit
   */
  public static Tensor convTranspose1d(
      Tensor x, Tensor weight, Tensor bias, Conv2dOp.Axis axis, long more, long groups) {
    Conv2dOp.Attrs attrs = new Conv2dOp.Attrs(Conv2dOp.Axis.VALID, axis, groups);
    Tensor kernel = kernel("conv_transpose1d", weight);
    return on("conv_transpose1d", x, 1, t -> transposed(t, kernel, bias, attrs, 0, more));
  }

  /**
   * Transposed convolution along two axes: what {@link #conv2d} does to gradients.
   *
   * @param weight {@code [channels, out / groups, kernel height, kernel width]}
   * @param bias {@code [out]} or null
   * @param rows stride, padding and dilation of the convolution whose transpose this is
   * @param columns the same along the width
   * @param moreRows rows added at the end, fewer than the stride, where several sizes fit
   * @param moreColumns columns added at the end
   */
  public static Tensor convTranspose2d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Conv2dOp.Axis rows,
      Conv2dOp.Axis columns,
      long moreRows,
      long moreColumns,
      long groups) {
    Conv2dOp.Attrs attrs = new Conv2dOp.Attrs(rows, columns, groups);
    return on(
        "conv_transpose2d", x, 2, t -> transposed(t, weight, bias, attrs, moreRows, moreColumns));
  }

  private static Tensor transposed(
      Tensor x, Tensor weight, Tensor bias, Conv2dOp.Attrs a, long moreRows, long moreColumns) {
    Tensor y =
        Dispatcher.call(
            Conv2dGradInputOp.INSTANCE,
            new Conv2dGradInputOp.Attrs(
                transposedSize(a.rows(), x.dim(2), weight.dim(2)) + moreRows,
                transposedSize(a.columns(), x.dim(3), weight.dim(3)) + moreColumns,
                a),
            x,
            weight);
    return bias == null ? y : y.add(bias.reshape(bias.numel(), 1, 1));
  }

  private static long transposedSize(Conv2dOp.Axis axis, long size, long kernel) {
    return (size - 1) * axis.stride() + axis.extent(kernel) - axis.before() - axis.after();
  }

  // ---------------------------------------------------------------- pooling

  private static final PoolWindow ONE = PoolWindow.of(1, 1, 0);

  /** Largest element of each window along one axis; see {@link MaxPool2dOp}. */
  public static Tensor maxPool1d(Tensor x, PoolWindow window, boolean ceil) {
    MaxPool2dOp.Attrs attrs = new MaxPool2dOp.Attrs(ONE, window, ceil);
    return on("max_pool1d", x, 1, t -> Dispatcher.call(MaxPool2dOp.INSTANCE, attrs, t));
  }

  /** Largest element of each window of two axes; see {@link MaxPool2dOp}. */
  public static Tensor maxPool2d(Tensor x, PoolWindow rows, PoolWindow columns, boolean ceil) {
    MaxPool2dOp.Attrs attrs = new MaxPool2dOp.Attrs(rows, columns, ceil);
    return on("max_pool2d", x, 2, t -> Dispatcher.call(MaxPool2dOp.INSTANCE, attrs, t));
  }

  /**
   * Mean of each window along one axis; see {@link AvgPool2dOp}.
   *
   * @param ceil whether a last window may reach beyond the padded input
   * @param countPadding whether the zeros of the padding count as elements of the mean
   */
  public static Tensor avgPool1d(Tensor x, PoolWindow window, boolean ceil, boolean countPadding) {
    AvgPool2dOp.Attrs attrs = new AvgPool2dOp.Attrs(ONE, window, ceil, countPadding, 0);
    return on("avg_pool1d", x, 1, t -> Dispatcher.call(AvgPool2dOp.INSTANCE, attrs, t));
  }

  /**
   * Mean of each window of two axes; see {@link AvgPool2dOp}.
   *
   * @param ceil whether a last window may reach beyond the padded input
   * @param countPadding whether the zeros of the padding count as elements of the mean
   * @param divisor what sums are divided by instead; 0 for the number of elements
   */
  public static Tensor avgPool2d(
      Tensor x,
      PoolWindow rows,
      PoolWindow columns,
      boolean ceil,
      boolean countPadding,
      long divisor) {
    AvgPool2dOp.Attrs attrs = new AvgPool2dOp.Attrs(rows, columns, ceil, countPadding, divisor);
    return on("avg_pool2d", x, 2, t -> Dispatcher.call(AvgPool2dOp.INSTANCE, attrs, t));
  }

  /** Means of {@code size} windows that share out one axis; they differ by at most one element. */
  public static Tensor adaptiveAvgPool1d(Tensor x, long size) {
    return on("adaptive_avg_pool1d", x, 1, t -> t.matmul(shares(t, 3, size).transpose(0, 1)));
  }

  /** Means of {@code height x width} windows that share out two axes. */
  public static Tensor adaptiveAvgPool2d(Tensor x, long height, long width) {
    return on(
        "adaptive_avg_pool2d",
        x,
        2,
        t -> shares(t, 2, height).matmul(t.matmul(shares(t, 3, width).transpose(0, 1))));
  }

  /**
   * The matrix {@code [windows, elements]} of means: window i is floor(i n/w) to ceil((i+1) n/w).
   */
  private static Tensor shares(Tensor x, int axis, long windows) {
    if (windows < 0
        || windows * Math.max(1, x.dim(axis)) > Integer.MAX_VALUE - 8
        || windows > Integer.MAX_VALUE
        || x.dim(axis) > Integer.MAX_VALUE) {
      throw new ShapeException(
          "adaptive_avg_pool",
          windows
              + " windows of axis "
              + axis
              + " of "
              + x.shape()
              + " (the number must not be negative, and times the size below 2^31).");
    }
    int n = (int) x.dim(axis);
    int w = (int) windows;
    double[] matrix = new double[n * w];
    for (int i = 0; i < w; i++) {
      int start = (int) ((long) i * n / w);
      int end = (int) (((long) (i + 1) * n + w - 1) / w);
      Arrays.fill(matrix, i * n + start, i * n + end, 1.0 / (end - start));
    }
    return Tensor.of(matrix, w, n).to(x.dtype()).to(x.device());
  }
}
