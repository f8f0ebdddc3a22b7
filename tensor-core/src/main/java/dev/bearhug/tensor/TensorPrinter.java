package dev.bearhug.tensor;

import java.util.Locale;

/**
 * Prints tensors: all values of small ones, the first and last three along each axis of large ones.
 */
final class TensorPrinter {

  private static final int EDGE = 3;
  private static final int SMALL = 1000;

  private TensorPrinter() {}

  static String print(Tensor t) {
    StringBuilder s = new StringBuilder(t.describe());
    if (!t.device().equals(Device.CPU)) {
      s.append(" on ").append(t.device());
    }
    if (t.numel() > 50_000_000) {
      return s.toString();
    }
    s.append(' ');
    axis(s, t, t.toDoubleArray(), 0, 0, t.numel() > SMALL, 1);
    return s.toString();
  }

  private static void axis(
      StringBuilder s, Tensor t, double[] v, int axis, long start, boolean shorten, int indent) {
    if (axis == t.rank()) {
      s.append(number(t.dtype(), v[(int) start]));
      return;
    }
    long size = t.dim(axis);
    long step = 1;
    for (int i = axis + 1; i < t.rank(); i++) {
      step *= t.dim(i);
    }
    boolean last = axis == t.rank() - 1;
    s.append('[');
    for (long i = 0; i < size; i++) {
      if (shorten && size > 2 * EDGE && i == EDGE) {
        s.append(last ? ", ..." : ",\n" + " ".repeat(indent) + "...");
        i = size - EDGE;
      }
      if (i > 0) {
        s.append(last ? ", " : ",\n" + " ".repeat(indent));
      }
      axis(s, t, v, axis + 1, start + i * step, shorten, indent + 1);
    }
    s.append(']');
  }

  private static String number(DType dtype, double v) {
    if (dtype == DType.BOOL) {
      return v != 0 ? "true" : "false";
    }
    if (!dtype.isFloating()) {
      return Long.toString((long) v);
    }
    double a = Math.abs(v);
    return a != 0 && (a < 1e-3 || a >= 1e5)
        ? String.format(Locale.ROOT, "%.4e", v)
        : String.format(Locale.ROOT, "%.4f", v);
  }
}
