package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.FLOATS;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Rotations with SIMD. */
final class VectorRotaryKernels implements RotaryKernels {

  private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);

  @Override
  public void halves(long x, long y, long cos, long sin, float sign, int n) {
    FloatVector direction = broadcast(sign);
    int end = n & -LANES;
    long other = 4L * n;
    for (long at = 0; at < 4L * end; at += FloatLanes.BYTES) {
      FloatVector a = load(x + at);
      FloatVector b = load(x + at + other);
      FloatVector c = load(cos + at);
      FloatVector s = load(sin + at).mul(direction);
      store(y + at, a.mul(c).sub(b.mul(s)));
      store(y + at + other, b.mul(c).add(a.mul(s)));
    }
    for (int i = end; i < n; i++) {
      ScalarRotaryKernels.half(x, y, cos, sin, sign, n, i);
    }
  }

  @Override
  public void neighbours(long x, long y, long cos, long sin, float sign, int n) {
    FloatVector direction = broadcast(sign);
    int end = n & -LANES;
    for (long at = 0; at < 4L * end; at += FloatLanes.BYTES) {
      FloatVector a = load(x + at);
      FloatVector s = load(sin + at).mul(direction);
      store(y + at, a.mul(load(cos + at)).add(a.rearrange(SWAP).mul(s)));
    }
    for (int i = end; i < n; i += 2) {
      ScalarRotaryKernels.pair(x, y, cos, sin, sign, i);
    }
  }
}
