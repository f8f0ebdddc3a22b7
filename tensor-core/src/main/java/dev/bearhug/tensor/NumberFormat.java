package dev.bearhug.tensor;

import java.util.List;
import java.util.Locale;

/** One format for the values of a tensor that are printed together, by the rules of PyTorch. */
final class NumberFormat {

  private static final double LARGEST = 1e8;
  private static final double SMALLEST = 1e-4;
  private static final double WIDEST = 1000;

  private final Tensor tensor;
  private final boolean whole;
  private final boolean scientific;
  private final int width;

  /**
   * Chooses the format.
   *
   * @param shown row-major numbers of the values that are printed
   */
  NumberFormat(Tensor tensor, List<Long> shown) {
    this.tensor = tensor;
    boolean integral = true;
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (long index : shown) {
      double size = Math.abs(value(index));
      if (tensor.dtype().isFloating() && size > 0 && size < Double.POSITIVE_INFINITY) {
        integral &= size == Math.rint(size);
        low = Math.min(low, size);
        high = Math.max(high, size);
      }
    }
    whole = integral;
    scientific = high > 0 && (high / low > WIDEST || high > LARGEST || !whole && low < SMALLEST);
    int widest = 0;
    for (long index : shown) {
      widest = Math.max(widest, plain(index).length());
    }
    width = widest;
  }

  int width() {
    return width;
  }

  /** The value at a row-major number, filled up to the common width. */
  String text(long index) {
    String text = plain(index);
    return " ".repeat(width - text.length()) + text;
  }

  private long address(long index) {
    return tensor.storage().address() + tensor.layout().position(index) * tensor.dtype().bytes();
  }

  private double value(long index) {
    return tensor.dtype().read(address(index));
  }

  private String plain(long index) {
    DType dtype = tensor.dtype();
    if (dtype == DType.BOOL) {
      return value(index) != 0 ? "true" : "false";
    }
    if (!dtype.isFloating()) {
      return Long.toString(dtype.readLong(address(index)));
    }
    double v = value(index);
    if (Double.isNaN(v)) {
      return "nan";
    }
    if (Double.isInfinite(v)) {
      return v > 0 ? "inf" : "-inf";
    }
    if (scientific) {
      return String.format(Locale.ROOT, "%.4e", v);
    }
    return whole ? String.format(Locale.ROOT, "%.0f.", v) : String.format(Locale.ROOT, "%.4f", v);
  }
}
