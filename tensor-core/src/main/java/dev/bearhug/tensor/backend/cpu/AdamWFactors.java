package dev.bearhug.tensor.backend.cpu;

/**
 * The constants of one AdamW step, computed in double and rounded once to float.
 *
 * @param keep 1 - learning rate * weight decay
 * @param stepSize learning rate / bias correction of the first moment
 * @param rootCorrection2 square root of the bias correction of the second moment
 * @param beta1 decay of the first moment
 * @param oneMinusBeta1 weight of the new gradient in the first moment
 * @param beta2 decay of the second moment
 * @param oneMinusBeta2 weight of the new squared gradient in the second moment
 * @param eps added to the root of the second moment
 * @param gradScale factor on the gradient
 */
record AdamWFactors(
    float keep,
    float stepSize,
    float rootCorrection2,
    float beta1,
    float oneMinusBeta1,
    float beta2,
    float oneMinusBeta2,
    float eps,
    float gradScale) {

  static AdamWFactors of(OptimizerKernels.AdamWStep step) {
    return new AdamWFactors(
        (float) (1 - step.learningRate() * step.weightDecay()),
        (float) (step.learningRate() / step.biasCorrection1()),
        (float) Math.sqrt(step.biasCorrection2()),
        (float) step.beta1(),
        (float) (1 - step.beta1()),
        (float) step.beta2(),
        (float) (1 - step.beta2()),
        (float) step.eps(),
        (float) step.gradScale());
  }
}
