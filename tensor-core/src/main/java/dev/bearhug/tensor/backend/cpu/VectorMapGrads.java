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
      case GELU -> VectorTailMaps.geluGrad(gy, v, gx, n);
      case GELU_TANH -> geluTanh(gy, v, gx, n);
      case SILU -> silu(gy, v, gx, n);
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
}
