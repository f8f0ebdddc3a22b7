package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.VectorMask;

/** Gradients of functions of one variable over memory, one loop each (see {@link VectorMaps}). */
final class VectorMapGrads {

  private VectorMapGrads() {}

  /** Runs {@code op}. */
  static void run(MapGradOp op, long gy, long v, long gx, long n) {
    switch (op) {
      case TANH_FROM_OUTPUT -> tanhFromOutput(gy, v, gx, n);
      case SIGMOID_FROM_OUTPUT -> sigmoidFromOutput(gy, v, gx, n);
      case RELU -> relu(gy, v, gx, n);
      case GELU -> gelu(gy, v, gx, n);
      case GELU_TANH -> geluTanh(gy, v, gx, n);
      case SILU -> silu(gy, v, gx, n);
      case SOFTPLUS -> softplus(gy, v, gx, n);
      case LOG_SIGMOID -> logSigmoid(gy, v, gx, n);
      case MISH -> mish(gy, v, gx, n);
      case QUICK_GELU -> quickGelu(gy, v, gx, n);
      case RELU6 -> relu6(gy, v, gx, n);
      case HARDSWISH -> hardswish(gy, v, gx, n);
      case HARDSIGMOID -> hardsigmoid(gy, v, gx, n);
      case ABS -> abs(gy, v, gx, n);
    }
  }

  private static void tanhFromOutput(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.tanhGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.tanhGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void sigmoidFromOutput(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.sigmoidGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.sigmoidGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void relu(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.reluGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.reluGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void gelu(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.geluGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.geluGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void geluTanh(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.geluTanhGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.geluTanhGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void silu(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.siluGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.siluGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void softplus(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.softplusGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.softplusGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void logSigmoid(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.logSigmoidGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.logSigmoidGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void mish(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.mishGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.mishGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void quickGelu(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.quickGeluGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.quickGeluGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void relu6(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.relu6Grad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.relu6Grad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void hardswish(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.hardswishGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.hardswishGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void hardsigmoid(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.hardsigmoidGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.hardsigmoidGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }

  private static void abs(long gy, long v, long gx, long n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(gx + 4 * i, VectorMath.absGrad(load(gy + 4 * i), load(v + 4 * i)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(gx + at, VectorMath.absGrad(load(gy + at, rest), load(v + at, rest)), rest);
    }
  }
}
