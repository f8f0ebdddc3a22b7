package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putShort;

/** Optimizer steps as plain loops in float arithmetic. */
final class ScalarOptimizerKernels implements OptimizerKernels {

  @Override
  public void adamW(
      long param, long grad, long m, long v, long vmax, long bf16Copy, long n, AdamWStep step) {
    AdamWFactors f = AdamWFactors.of(step);
    for (long i = 0; i < n; i++) {
      long at = 4 * i;
      float g = getFloat(grad + at) * f.gradScale();
      float p = getFloat(param + at) * f.keep();
      float first = getFloat(m + at) * f.beta1() + g * f.oneMinusBeta1();
      float second = getFloat(v + at) * f.beta2() + g * g * f.oneMinusBeta2();
      float used = second;
      if (vmax != 0) {
        used = Math.max(getFloat(vmax + at), second);
        putFloat(vmax + at, used);
      }
      float denominator = (float) Math.sqrt(used) / f.rootCorrection2() + f.eps();
      p -= f.stepSize() * first / denominator;
      putFloat(m + at, first);
      putFloat(v + at, second);
      putFloat(param + at, p);
      if (bf16Copy != 0) {
        putShort(bf16Copy + 2 * i, ScalarConvertKernels.toBf16(p));
      }
    }
  }

  @Override
  public void lion(long param, long grad, long m, long n, LionStep step) {
    float keep = (float) (1 - step.learningRate() * step.weightDecay());
    float lr = (float) step.learningRate();
    float beta1 = (float) step.beta1();
    float fresh1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float fresh2 = (float) (1 - step.beta2());
    float gradScale = (float) step.gradScale();
    for (long i = 0; i < 4 * n; i += 4) {
      float g = getFloat(grad + i) * gradScale;
      float mean = getFloat(m + i);
      float direction = Math.signum(mean * beta1 + g * fresh1);
      putFloat(param + i, getFloat(param + i) * keep - direction * lr);
      putFloat(m + i, mean * beta2 + g * fresh2);
    }
  }

  @Override
  public void sgd(long param, long grad, long buffer, long n, SgdStep step) {
    float lr = (float) step.learningRate();
    float momentum = (float) step.momentum();
    float fresh = step.first() ? 1 : (float) (1 - step.dampening());
    float decay = (float) step.weightDecay();
    float gradScale = (float) step.gradScale();
    for (long i = 0; i < 4 * n; i += 4) {
      float p = getFloat(param + i);
      float g = getFloat(grad + i) * gradScale + p * decay;
      if (momentum != 0) {
        float moved = step.first() ? g : getFloat(buffer + i) * momentum + g * fresh;
        putFloat(buffer + i, moved);
        g = step.nesterov() ? g + moved * momentum : moved;
      }
      putFloat(param + i, p - g * lr);
    }
  }
}
