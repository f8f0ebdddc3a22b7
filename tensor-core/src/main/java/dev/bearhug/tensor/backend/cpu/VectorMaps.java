package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Functions of one variable over memory.
 *
 * <p>Every function has its own loop: a shared loop with the function as an argument would leave
 * the vectors on the heap, because the compiler does not inline a call with many targets.
 */
final class VectorMaps {

  private VectorMaps() {}

  /** Runs {@code op}; returns false if it has no SIMD version. */
  static boolean run(MapOp op, long x, long y, long n) {
    switch (op) {
      case EXP -> exp(x, y, n);
      case LOG -> log(x, y, n);
      case SQRT -> sqrt(x, y, n);
      case RSQRT -> rsqrt(x, y, n);
      case RECIPROCAL -> reciprocal(x, y, n);
      case SQUARE -> square(x, y, n);
      case ABS -> abs(x, y, n);
      case NEG -> neg(x, y, n);
      case TANH -> tanh(x, y, n);
      case SIGMOID -> sigmoid(x, y, n);
      case RELU -> relu(x, y, n);
      case GELU -> gelu(x, y, n);
      case GELU_TANH -> geluTanh(x, y, n);
      case QUICK_GELU -> quickGelu(x, y, n);
      case SILU -> silu(x, y, n);
      case ERF -> VectorErf.erf(x, y, n);
      case SOFTPLUS -> softplus(x, y, n);
      case LOG_SIGMOID -> logSigmoid(x, y, n);
      case MISH -> mish(x, y, n);
      case RELU6 -> relu6(x, y, n);
      case HARDSWISH -> hardswish(x, y, n);
      case HARDSIGMOID -> hardsigmoid(x, y, n);
      case EXPM1 -> expm1(x, y, n);
      case LOG1P -> log1p(x, y, n);
      case LOG2 -> log2(x, y, n);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void exp(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.exp(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.exp(load(x + 4 * end, rest)), rest);
    }
  }

  private static void log(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.log(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.log(load(x + 4 * end, rest)), rest);
    }
  }

  private static void sqrt(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(x + 4 * i).sqrt());
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(x + 4 * end, rest).sqrt(), rest);
    }
  }

  private static void rsqrt(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, broadcast(1f).div(load(x + 4 * i).sqrt()));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, broadcast(1f).div(load(x + 4 * end, rest).sqrt()), rest);
    }
  }

  private static void reciprocal(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, broadcast(1f).div(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, broadcast(1f).div(load(x + 4 * end, rest)), rest);
    }
  }

  private static void square(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector v = load(x + 4 * i);
      store(y + 4 * i, v.mul(v));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest);
      store(y + 4 * end, v.mul(v), rest);
    }
  }

  private static void abs(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(x + 4 * i).abs());
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(x + 4 * end, rest).abs(), rest);
    }
  }

  private static void neg(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(x + 4 * i).neg());
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, load(x + 4 * end, rest).neg(), rest);
    }
  }

  private static void tanh(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.tanh(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.tanh(load(x + 4 * end, rest)), rest);
    }
  }

  private static void sigmoid(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.sigmoid(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.sigmoid(load(x + 4 * end, rest)), rest);
    }
  }

  private static void relu(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.relu(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.relu(load(x + 4 * end, rest)), rest);
    }
  }

  private static void gelu(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.gelu(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.gelu(load(x + 4 * end, rest)), rest);
    }
  }

  private static void geluTanh(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.geluTanh(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.geluTanh(load(x + 4 * end, rest)), rest);
    }
  }

  private static void quickGelu(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.quickGelu(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.quickGelu(load(x + 4 * end, rest)), rest);
    }
  }

  private static void silu(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.silu(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.silu(load(x + 4 * end, rest)), rest);
    }
  }

  private static void softplus(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.softplus(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.softplus(load(x + 4 * end, rest)), rest);
    }
  }

  private static void logSigmoid(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.logSigmoid(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.logSigmoid(load(x + 4 * end, rest)), rest);
    }
  }

  private static void mish(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.mish(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.mish(load(x + 4 * end, rest)), rest);
    }
  }

  private static void relu6(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.relu6(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.relu6(load(x + 4 * end, rest)), rest);
    }
  }

  private static void hardswish(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.hardswish(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.hardswish(load(x + 4 * end, rest)), rest);
    }
  }

  private static void hardsigmoid(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.hardsigmoid(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.hardsigmoid(load(x + 4 * end, rest)), rest);
    }
  }

  private static void expm1(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.expm1(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.expm1(load(x + 4 * end, rest)), rest);
    }
  }

  private static void log1p(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.log1p(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.log1p(load(x + 4 * end, rest)), rest);
    }
  }

  private static void log2(long x, long y, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.log2(load(x + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.log2(load(x + 4 * end, rest)), rest);
    }
  }
}
