package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Element-wise kernels with SIMD; functions without a SIMD version run the plain loop. */
final class VectorMapKernels implements MapKernels {

  private final ScalarMapKernels scalar = new ScalarMapKernels();

  @Override
  public void map(MapOp op, long x, long y, long n) {
    if (!VectorMaps.run(op, x, y, n)) {
      scalar.map(op, x, y, n);
    }
  }

  @Override
  public void mapGrad(MapGradOp op, long gy, long value, long gx, long n) {
    VectorMapGrads.run(op, gy, value, gx, n);
  }

  @Override
  public void binary(BinaryOp op, long a, long b, long y, long n) {
    if (!VectorBinaries.run(op, a, b, y, n)) {
      scalar.binary(op, a, b, y, n);
    }
  }

  @Override
  public void binaryScalar(BinaryOp op, long a, float b, long y, long n) {
    if (!VectorBinaries.run(op, a, b, y, n)) {
      scalar.binaryScalar(op, a, b, y, n);
    }
  }

  @Override
  public void binaryRow(BinaryOp op, long a, long row, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      binary(op, a + 4 * r * cols, row, y + 4 * r * cols, cols);
    }
  }

  @Override
  public void axpy(float alpha, long x, long y, long n) {
    FloatVector factor = broadcast(alpha);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, load(y + 4 * i).add(load(x + 4 * i).mul(factor)));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      store(y + at, load(y + at, rest).add(load(x + at, rest).mul(factor)), rest);
    }
  }

  @Override
  public void fill(float value, long y, long n) {
    FloatVector v = broadcast(value);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, v);
    }
    if (end < n) {
      store(y + 4 * end, v, tail(end, n));
    }
  }

  @Override
  public void biasGelu(long x, long bias, long pre, long y, long rows, long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      long sum = (pre == 0 ? y : pre) + row;
      VectorBinaries.run(BinaryOp.ADD, x + row, bias, sum, cols);
      VectorMaps.run(MapOp.GELU, sum, y + row, cols);
    }
  }

  @Override
  public void elu(float factor, float depth, float slope, long x, long y, long n) {
    if (!(slope > 0)) {
      scalar.elu(factor, depth, slope, x, y, n);
      return;
    }
    FloatVector above = broadcast(factor);
    FloatVector below = broadcast(depth);
    FloatVector inside = broadcast(slope);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(y + 4 * i, VectorMath.elu(load(x + 4 * i), above, below, inside));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      store(y + 4 * end, VectorMath.elu(load(x + 4 * end, rest), above, below, inside), rest);
    }
  }

  @Override
  public void eluGrad(float factor, float depth, float slope, long gy, long x, long gx, long n) {
    if (!(slope > 0)) {
      scalar.eluGrad(factor, depth, slope, gy, x, gx, n);
      return;
    }
    FloatVector above = broadcast(factor);
    FloatVector steepness = broadcast(depth * slope);
    FloatVector inside = broadcast(slope);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector d = VectorMath.eluDerivative(load(x + 4 * i), above, steepness, inside);
      store(gx + 4 * i, load(gy + 4 * i).mul(d));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      long at = 4 * end;
      FloatVector d = VectorMath.eluDerivative(load(x + at, rest), above, steepness, inside);
      store(gx + at, load(gy + at, rest).mul(d), rest);
    }
  }

  @Override
  public void leaky(float slope, long x, long v, long y, long n) {
    FloatVector factor = broadcast(slope);
    FloatVector zero = broadcast(0f);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector value = load(v + 4 * i);
      VectorMask<Float> positive = load(x + 4 * i).compare(VectorOperators.GT, zero);
      store(y + 4 * i, value.mul(factor).blend(value, positive));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector value = load(v + 4 * end, rest);
      VectorMask<Float> positive = load(x + 4 * end, rest).compare(VectorOperators.GT, zero);
      store(y + 4 * end, value.mul(factor).blend(value, positive), rest);
    }
  }
}
