package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.RotaryOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Cosines and sines of all positions up to the largest one seen, for each kind of rotation; in the
 * order in which {@link RotaryKernels} read them. Thread-safe.
 */
final class RotaryTables {

  /** Kinds of rotation kept; a model has one or two. */
  private static final int KINDS = 8;

  /** Floats of a table that may be kept: 64 MiB. */
  private static final long MAX_FLOATS = 1 << 24;

  private record Kind(int size, boolean interleaved, double theta, double factor) {}

  /**
   * One table.
   *
   * @param memory cosines, then sines, of each position
   * @param positions number of positions
   */
  record Table(MemorySegment memory, long positions) {}

  private final Map<Kind, Table> tables = new LinkedHashMap<>();

  /** Floats of a position: its cosines and sines. */
  static int width(RotaryOp.Attrs a) {
    return a.interleaved() ? 2 * a.size() : a.size();
  }

  /** A table with at least these positions; null if it would be too large to keep. */
  synchronized Table upTo(RotaryOp.Attrs a, long positions) {
    Kind kind = new Kind(a.size(), a.interleaved(), a.theta(), a.factor());
    Table table = tables.get(kind);
    if (table != null && table.positions() >= positions) {
      return table;
    }
    if (positions > MAX_FLOATS / Math.max(1, width(a))) {
      return null;
    }
    long count = Math.min(MAX_FLOATS / Math.max(1, width(a)), Math.max(64, 2 * positions));
    MemorySegment memory =
        Arena.ofAuto().allocate(4 * count * width(a) + 1, NativeMemory.ALIGNMENT);
    double[] frequencies = new double[a.size() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = a.frequency(i);
    }
    for (long p = 0; p < count; p++) {
      write(a, frequencies, p, memory.address() + 4 * p * width(a));
    }
    table = new Table(memory, count);
    if (tables.size() == KINDS) {
      tables.remove(tables.keySet().iterator().next());
    }
    tables.put(kind, table);
    return table;
  }

  /** Writes cosines and sines of a position. */
  static void write(RotaryOp.Attrs a, double[] frequencies, long position, long to) {
    int half = frequencies.length;
    int step = a.interleaved() ? 2 : 1;
    long sines = to + 4L * step * half;
    for (int i = 0; i < half; i++) {
      double angle = position * frequencies[i];
      float cos = (float) (a.factor() * Math.cos(angle));
      float sin = (float) (a.factor() * Math.sin(angle));
      NativeMemory.putFloat(to + 4L * step * i, cos);
      NativeMemory.putFloat(sines + 4L * step * i, a.interleaved() ? -sin : sin);
      if (a.interleaved()) {
        NativeMemory.putFloat(to + 8L * i + 4, cos);
        NativeMemory.putFloat(sines + 8L * i + 4, sin);
      }
    }
  }
}
