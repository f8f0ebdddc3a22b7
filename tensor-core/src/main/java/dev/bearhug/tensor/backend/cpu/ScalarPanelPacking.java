package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;

/** {@link PanelPacking} by plain loops, for every layout. */
final class ScalarPanelPacking implements PanelPacking {

  @Override
  public void panels(GemmOperand b, long from, long k, long n, long to, long first, long end) {
    for (long p = first; p < end; p++) {
      block(b, from, k, n, p, 0, PanelPacking.depth(b.type(), k), 0, WIDTH, to);
    }
  }

  /**
   * Packs rows {@code [t0, t1)} of columns {@code [j0, j1)} of panel {@code p}, zeros outside of B.
   */
  static void block(
      GemmOperand b,
      long from,
      long k,
      long n,
      long p,
      long t0,
      long t1,
      long j0,
      long j1,
      long to) {
    DType type = b.type();
    long panel = to + p * PanelPacking.panelBytes(type, k);
    for (long t = t0; t < t1; t++) {
      for (long j = j0; j < j1; j++) {
        long col = p * WIDTH + j;
        long target = panel + PanelPacking.index(type, t, j) * type.bytes();
        boolean inside = t < k && col < n;
        long source = from + (t * b.rowStride() + col * b.colStride()) * type.bytes();
        if (type == DType.BF16) {
          NativeMemory.putShort(target, inside ? NativeMemory.getShort(source) : 0);
        } else {
          NativeMemory.putFloat(target, inside ? NativeMemory.getFloat(source) : 0f);
        }
      }
    }
  }

  @Override
  public void rows(GemmOperand a, long from, long rows, long k, long to, long step) {
    transpose(a, from, 0, rows, 0, k, to, step);
  }

  /** Copies rows {@code [i0, i1)} and columns {@code [t0, t1)}. */
  static void transpose(
      GemmOperand a, long from, long i0, long i1, long t0, long t1, long to, long step) {
    int bytes = a.type().bytes();
    for (long i = i0; i < i1; i++) {
      for (long t = t0; t < t1; t++) {
        long source = from + (i * a.rowStride() + t * a.colStride()) * bytes;
        long target = to + (i * step + t) * bytes;
        if (bytes == Short.BYTES) {
          NativeMemory.putShort(target, NativeMemory.getShort(source));
        } else {
          NativeMemory.putFloat(target, NativeMemory.getFloat(source));
        }
      }
    }
  }
}
