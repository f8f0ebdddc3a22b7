package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Functions of two variables over memory, one loop each (see {@link VectorMaps}). */
final class VectorBinaries {

  private VectorBinaries() {}

  /** Runs {@code op} on two arrays; returns false if it has no SIMD version. */
  static boolean run(BinaryOp op, long a, long b, long y, long n) {
    switch (op) {
      case ADD -> add(a, b, y, n);
      case SUB -> sub(a, b, y, n);
      case MUL -> mul(a, b, y, n);
      case DIV -> div(a, b, y, n);
      case MAX -> max(a, b, y, n);
      case MIN -> min(a, b, y, n);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Runs {@code op} on an array and a number; returns false if it has no SIMD version. */
  static boolean run(BinaryOp op, long a, float b, long y, long n) {
    FloatVector v = broadcast(b);
    switch (op) {
      case ADD -> add(a, v, y, n);
      case SUB -> sub(a, v, y, n);
      case MUL -> mul(a, v, y, n);
      case DIV -> div(a, v, y, n);
      case MAX -> max(a, v, y, n);
      case MIN -> min(a, v, y, n);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void add(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).add(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).add(load(b + 4 * end, rest)), rest);
    }
  }

  private static void add(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).add(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).add(b), rest);
    }
  }

  private static void sub(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).sub(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).sub(load(b + 4 * end, rest)), rest);
    }
  }

  private static void sub(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).sub(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).sub(b), rest);
    }
  }

  private static void mul(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).mul(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).mul(load(b + 4 * end, rest)), rest);
    }
  }

  private static void mul(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).mul(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).mul(b), rest);
    }
  }

  private static void div(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).div(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).div(load(b + 4 * end, rest)), rest);
    }
  }

  private static void div(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).div(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).div(b), rest);
    }
  }

  private static void max(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).max(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).max(load(b + 4 * end, rest)), rest);
    }
  }

  private static void max(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).max(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).max(b), rest);
    }
  }

  private static void min(long a, long b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).min(load(b + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).min(load(b + 4 * end, rest)), rest);
    }
  }

  private static void min(long a, FloatVector b, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(a + 4 * i).min(b));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(a + 4 * end, rest).min(b), rest);
    }
  }
}
