package dev.bearhug.tensor.backend.cpu;

/**
 * Optimizer steps over flat float32 parameters, in place.
 *
 * <p>Every product and sum is rounded to float in the order given, so plain and SIMD versions agree
 * bit for bit and results do not depend on how a caller splits the range.
 */
public interface OptimizerKernels {

  /**
   * Numbers of one AdamW step, kept in double until the kernel rounds them to float.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param weightDecay decoupled decay rate
   * @param biasCorrection1 1 - beta1^step
   * @param biasCorrection2 1 - beta2^step
   * @param gradScale factor on the gradient (loss scale, clipping); 1 for none
   */
  record AdamWStep(
      double learningRate,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      double biasCorrection1,
      double biasCorrection2,
      double gradScale) {

    /** Returns the numbers of step {@code step} (from 1) with bias corrections filled in. */
    public static AdamWStep of(
        double learningRate,
        double beta1,
        double beta2,
        double eps,
        double weightDecay,
        long step,
        double gradScale) {
      return new AdamWStep(
          learningRate,
          beta1,
          beta2,
          eps,
          weightDecay,
          1 - Math.pow(beta1, step),
          1 - Math.pow(beta2, step),
          gradScale);
    }
  }

  /**
   * Numbers of one step of gradient descent with momentum.
   *
   * @param learningRate step size
   * @param momentum decay of the momentum buffer; 0: the buffer is not used
   * @param dampening share of the gradient kept out of the buffer
   * @param nesterov whether to look ahead along the buffer
   * @param weightDecay factor of the parameter added to the gradient
   * @param gradScale factor on the gradient; 1 for none
   * @param first whether the buffer is empty and starts as the gradient
   */
  record SgdStep(
      double learningRate,
      double momentum,
      double dampening,
      boolean nesterov,
      double weightDecay,
      double gradScale,
      boolean first) {}

  /**
   * One AdamW step with decoupled weight decay over n elements.
   *
   * <p>{@code g = grad gradScale; p *= 1 - lr wd; m = m beta1 + g (1 - beta1); v = v beta2 + g g (1
   * - beta2); p -= (lr / bc1) m / (sqrt(v) / sqrt(bc2) + eps)}; with AMSGrad the largest v so far
   * takes the place of v in the last step.
   *
   * @param vmax largest second moments so far; 0 for plain AdamW
   * @param bf16Copy address of n bfloat16 values that receive the new parameters; 0 for none
   * @see <a href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay Regularization</a>
   */
  void adamW(
      long param, long grad, long m, long v, long vmax, long bf16Copy, long n, AdamWStep step);

  /**
   * Numbers of one step of Lion.
   *
   * @param learningRate step size
   * @param beta1 weight of the old mean in the direction
   * @param beta2 decay of the mean
   * @param weightDecay decoupled decay rate
   * @param gradScale factor on the gradient; 1 for none
   */
  record LionStep(
      double learningRate, double beta1, double beta2, double weightDecay, double gradScale) {}

  /**
   * One step of Lion over n elements.
   *
   * <p>{@code g = grad gradScale; p = p (1 - lr wd) - lr sign(m beta1 + g (1 - beta1)); m = m beta2
   * + g (1 - beta2)}.
   *
   * @see <a href="https://arxiv.org/abs/2302.06675">Symbolic discovery of optimization
   *     algorithms</a>
   */
  void lion(long param, long grad, long m, long n, LionStep step);

  /**
   * One step of gradient descent over n elements.
   *
   * @param buffer momentum buffer; not touched when the momentum is 0
   */
  void sgd(long param, long grad, long buffer, long n, SgdStep step);
}
