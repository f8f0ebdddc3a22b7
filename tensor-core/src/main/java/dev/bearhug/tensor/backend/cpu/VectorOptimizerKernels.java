package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Optimizer steps with SIMD, the same operations in the same order as the plain ones. */
final class VectorOptimizerKernels implements OptimizerKernels {

  private final ScalarOptimizerKernels scalar = new ScalarOptimizerKernels();
  private final ConvertKernels convert;

  VectorOptimizerKernels(ConvertKernels convert) {
    this.convert = convert;
  }

  @Override
  public void adamW(
      long param, long grad, long m, long v, long vmax, long bf16Copy, long n, AdamWStep step) {
    long chunk = 512L * LANES;
    AdamWFactors factors = AdamWFactors.of(step);
    for (long start = 0; start < n; start += chunk) {
      long at = 4 * start;
      long size = Math.min(chunk, n - start);
      long end = whole(size);
      long rest = at + 4 * end;
      if (vmax == 0) {
        adamWVectors(param + at, grad + at, m + at, v + at, end, factors);
        scalar.adamW(param + rest, grad + rest, m + rest, v + rest, 0, 0, size - end, step);
      } else {
        amsGradVectors(param + at, grad + at, m + at, v + at, vmax + at, end, factors);
        scalar.adamW(
            param + rest, grad + rest, m + rest, v + rest, vmax + rest, 0, size - end, step);
      }
      // The chunk is still in the cache, so a second look costs no memory traffic.
      if (bf16Copy != 0) {
        convert.floatToBf16(param + at, bf16Copy + 2 * start, size);
      }
    }
  }

  @Override
  public void lion(long param, long grad, long m, long n, LionStep step) {
    long end = whole(n);
    lionVectors(param, grad, m, end, step);
    scalar.lion(param + 4 * end, grad + 4 * end, m + 4 * end, n - end, step);
  }

  @Override
  public void sgd(long param, long grad, long buffer, long n, SgdStep step) {
    long end = whole(n);
    if (step.momentum() == 0) {
      sgdVectors(param, grad, end, step);
    } else {
      momentumVectors(param, grad, buffer, end, step);
    }
    scalar.sgd(param + 4 * end, grad + 4 * end, buffer + 4 * end, n - end, step);
  }

  private static void adamWVectors(long param, long grad, long m, long v, long n, AdamWFactors f) {
    float gradScale = f.gradScale();
    float keep = f.keep();
    float beta1 = f.beta1();
    float fresh1 = f.oneMinusBeta1();
    float beta2 = f.beta2();
    float fresh2 = f.oneMinusBeta2();
    float root = f.rootCorrection2();
    float eps = f.eps();
    float stepSize = f.stepSize();
    for (long i = 0; i < 4 * n; i += 4L * LANES) {
      FloatVector g = load(grad + i).mul(gradScale);
      FloatVector p = load(param + i).mul(keep);
      FloatVector first = load(m + i).mul(beta1).add(g.mul(fresh1));
      FloatVector second = load(v + i).mul(beta2).add(g.mul(g).mul(fresh2));
      FloatVector denominator = second.sqrt().div(root).add(eps);
      store(m + i, first);
      store(v + i, second);
      store(param + i, p.sub(first.mul(stepSize).div(denominator)));
    }
  }

  private static void amsGradVectors(
      long param, long grad, long m, long v, long vmax, long n, AdamWFactors f) {
    float gradScale = f.gradScale();
    float keep = f.keep();
    float beta1 = f.beta1();
    float fresh1 = f.oneMinusBeta1();
    float beta2 = f.beta2();
    float fresh2 = f.oneMinusBeta2();
    float root = f.rootCorrection2();
    float eps = f.eps();
    float stepSize = f.stepSize();
    for (long i = 0; i < 4 * n; i += 4L * LANES) {
      FloatVector g = load(grad + i).mul(gradScale);
      FloatVector p = load(param + i).mul(keep);
      FloatVector first = load(m + i).mul(beta1).add(g.mul(fresh1));
      FloatVector second = load(v + i).mul(beta2).add(g.mul(g).mul(fresh2));
      FloatVector largest = load(vmax + i).max(second);
      FloatVector denominator = largest.sqrt().div(root).add(eps);
      store(m + i, first);
      store(v + i, second);
      store(vmax + i, largest);
      store(param + i, p.sub(first.mul(stepSize).div(denominator)));
    }
  }

  private static void lionVectors(long param, long grad, long m, long n, LionStep step) {
    float keep = (float) (1 - step.learningRate() * step.weightDecay());
    float lr = (float) step.learningRate();
    float beta1 = (float) step.beta1();
    float fresh1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float fresh2 = (float) (1 - step.beta2());
    float gradScale = (float) step.gradScale();
    FloatVector up = FloatLanes.broadcast(lr);
    FloatVector down = FloatLanes.broadcast(-lr);
    FloatVector zero = FloatLanes.zero();
    for (long i = 0; i < 4 * n; i += 4L * LANES) {
      FloatVector g = load(grad + i).mul(gradScale);
      FloatVector mean = load(m + i);
      FloatVector sum = mean.mul(beta1).add(g.mul(fresh1));
      // What is neither above nor below zero is zero, or not a number and stays so.
      FloatVector direction =
          sum.blend(up, sum.compare(VectorOperators.GT, zero))
              .blend(down, sum.compare(VectorOperators.LT, zero));
      store(param + i, load(param + i).mul(keep).sub(direction));
      store(m + i, mean.mul(beta2).add(g.mul(fresh2)));
    }
  }

  private static void sgdVectors(long param, long grad, long n, SgdStep step) {
    float lr = (float) step.learningRate();
    float decay = (float) step.weightDecay();
    float gradScale = (float) step.gradScale();
    for (long i = 0; i < 4 * n; i += 4L * LANES) {
      FloatVector p = load(param + i);
      FloatVector g = load(grad + i).mul(gradScale).add(p.mul(decay));
      store(param + i, p.sub(g.mul(lr)));
    }
  }

  private static void momentumVectors(long param, long grad, long buffer, long n, SgdStep step) {
    float lr = (float) step.learningRate();
    float decay = (float) step.weightDecay();
    float gradScale = (float) step.gradScale();
    float momentum = (float) step.momentum();
    float fresh = step.first() ? 1 : (float) (1 - step.dampening());
    boolean empty = step.first();
    boolean nesterov = step.nesterov();
    for (long i = 0; i < 4 * n; i += 4L * LANES) {
      // An empty buffer may hold anything, NaN too, so it is zeroed before it is read.
      if (empty) {
        store(buffer + i, FloatLanes.zero());
      }
      FloatVector p = load(param + i);
      FloatVector g = load(grad + i).mul(gradScale).add(p.mul(decay));
      FloatVector moved = load(buffer + i).mul(momentum).add(g.mul(fresh));
      store(buffer + i, moved);
      FloatVector direction = nesterov ? g.add(moved.mul(momentum)) : moved;
      store(param + i, p.sub(direction.mul(lr)));
    }
  }
}
